#include "storage/harden.hpp"

#include "storage/pg_rules.hpp"
#include "support/test_database.hpp"

#include <gmock/gmock.h>

namespace contract {
namespace {

using testing::HasSubstr;

/// A database of one's own, whose tables belong to a role that is no superuser.
class Harden : public testing::Test {
protected:
    Harden()
    {
        database.exec("CREATE ROLE " + owner + " LOGIN; ALTER TABLE device OWNER TO " + owner +
                      "; GRANT acs_rules TO " + owner);
    }
    ~Harden() override
    {
        database.exec("REASSIGN OWNED BY " + owner + " TO CURRENT_USER; DROP OWNED BY " + owner + "; DROP ROLE " +
                      owner);
    }

    /// What PostgreSQL says to a statement; "" when it does it.
    static std::string attempt(pqxx::connection& connection, std::string const& sql)
    {
        try {
            pqxx::work work{connection};
            work.exec(sql);
            return "";
        } catch (pqxx::sql_error const& problem) {
            return problem.what();
        }
    }

    support::TestDatabase database;
    std::string owner = "owner_" + database.value("SELECT current_database()");
};

TEST_F(Harden, RulesLoseWhatTheyHaveNoNeedOf)
{
    EXPECT_FALSE(storage::is_hardened(database.settings()));
    auto const done = storage::harden(database.settings());
    ASSERT_TRUE(done) << done.error().what;
    EXPECT_GT(done->functions, 40U);
    EXPECT_TRUE(storage::is_hardened(database.settings()));
    auto const rules =
        storage::connect(storage::rule_connections(database.settings(), 1, std::chrono::seconds{2}).connection);
    for (auto const* const sql :
         {"SELECT set_config('statement_timeout', '0', false)", "SELECT pg_sleep(0)", "SELECT pg_sleep_for('0s')",
          "SELECT pg_advisory_lock(1)", "SELECT pg_try_advisory_xact_lock_shared(1)", "SELECT pg_notify('a', 'b')",
          "SELECT lo_creat(1)", "SELECT query_to_xml('SELECT 1', true, true, '')",
          "SELECT pg_logical_emit_message(false, 'a', 'b')", "SELECT pg_terminate_backend(1)",
          "SELECT pg_read_file('/etc/passwd')"})
        EXPECT_THAT(attempt(*rules, sql), HasSubstr("permission denied for function")) << sql;
    EXPECT_THAT(attempt(*rules, "DO $$BEGIN NULL; END$$"), HasSubstr("permission denied for language"));
    EXPECT_EQ(attempt(*rules, "SELECT acs.time('2026-01-01'), acs.inet('192.0.2.1'), random(), count(*)"
                              " FROM acs.device GROUP BY oui"),
              "");
}

TEST_F(Harden, TheOwnerKeepsThemAndGetsNothingNew)
{
    ASSERT_TRUE(storage::harden(database.settings()));
    auto const again = storage::harden(database.settings());
    ASSERT_TRUE(again) << again.error().what;
    EXPECT_EQ(again->functions, 0U) << "once is enough";
    auto settings = database.settings();
    settings.options = " -c role=" + owner;
    auto const connection = storage::connect(settings);
    EXPECT_EQ(attempt(*connection, "SELECT set_config('search_path', '', true), pg_advisory_xact_lock(1)"), "");
    EXPECT_THAT(attempt(*connection, "SELECT pg_read_file('/etc/passwd')"), HasSubstr("permission denied"));
}

TEST_F(Harden, OnlyASuperuserCan)
{
    auto settings = database.settings();
    settings.url += settings.url.contains('?') ? "&user=" + owner : " user=" + owner;
    auto const refused = storage::harden(settings);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().what, HasSubstr("needs a superuser"));
    EXPECT_FALSE(storage::is_hardened(database.settings()));
}

}  // namespace
}  // namespace contract
