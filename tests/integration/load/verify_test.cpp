#include "load/ledger.hpp"
#include "load/verify.hpp"

#include <gmock/gmock.h>
#include <pqxx/pqxx>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

#include <unistd.h>

namespace {

using testing::Contains;
using testing::HasSubstr;

/// A database with the schema and one device that booted, was told to reboot, and did; and the ledger of all that.
class VerifyTest : public testing::Test {
protected:
    VerifyTest()
    {
        auto const* cluster = std::getenv("ACS_TEST_DATABASE");
        if (cluster == nullptr)
            throw std::runtime_error{"run it through tests/tools/with-postgres"};
        std::string const base = cluster;
        static int made = 0;
        name = "load_verify_" + std::to_string(::getpid()) + "_" + std::to_string(++made);
        admin = std::make_unique<pqxx::connection>(base);
        pqxx::nontransaction{*admin}.exec("CREATE DATABASE " + name);
        url = base;
        url.replace(url.find("///postgres"), 11, "///" + name);
        connection = std::make_unique<pqxx::connection>(url);
        std::ostringstream schema;
        schema << std::ifstream{ACS_SOURCE_DIR "/sql/schema.sql"}.rdbuf();
        exec(schema.str());
        pqxx::nontransaction{*connection}.exec("SET search_path = public");  // the user may have a schema of its own
        exec("SELECT make_partitions(date '2026-03-01', 1)");
        exec("INSERT INTO device (device_id, oui, product_class, serial_number) VALUES (7, '02B7C4', 'NL', 'S1')");
        exec("INSERT INTO device_identity (identity_hash, device_id, oui, product_class, serial_number, made_by)"
             " VALUES (1, 7, '02B7C4', 'NL', 'S1', 1)");
        exec("INSERT INTO device_contact (device_id, periodic_informs) VALUES (7, 5)");
        add_event(1, "{1 BOOT}", 0);
        add_event(2, "{1 BOOT,M Reboot}", 0, "{\"\",k1}");
        exec("INSERT INTO task (device_id, task_id, kind, state, command_key) VALUES (7, 1, 'reboot', 'done', 'k1')");
        ledger = std::filesystem::temp_directory_path() / name;
        std::filesystem::remove(ledger);
        inform({{"1 BOOT", ""}});
        inform({{"1 BOOT", ""}, {"M Reboot", "k1"}});
        rpc("Reboot", "k1");
        write({.kind = sim::LedgerKind::restart, .method = "Reboot", .command_key = "k1"});
        write({.kind = sim::LedgerKind::periodic, .count = 3});
        write({.kind = sim::LedgerKind::periodic, .count = 5});
    }

    ~VerifyTest() override
    {
        std::filesystem::remove(ledger);
        connection.reset();
        pqxx::nontransaction{*admin}.exec("DROP DATABASE " + name);
    }

    void exec(std::string const& sql)
    {
        pqxx::work work{*connection};
        work.exec(sql);
        work.commit();
    }
    void add_event(int id, std::string const& codes, int retry_count, std::string const& keys = {},
                   bool redelivered = false)
    {
        pqxx::work work{*connection};
        work.exec("INSERT INTO event (at, device_id, event_id, kind, codes, keys, retry_count, redelivered) VALUES ("
                  "timestamptz '2026-03-01 12:00:00+00' + interval '1 s' * " +
                  std::to_string(id) + ", 7, " + std::to_string(id) + ", 'Inform', " + work.quote(codes) + ", " +
                  (keys.empty() ? "NULL" : work.quote(keys)) + ", " + std::to_string(retry_count) + ", " +
                  (redelivered ? "true" : "false") + ")");
        work.commit();
    }
    void write(sim::LedgerEntry entry)
    {
        if (entry.kind != sim::LedgerKind::periodic) {
            entry.oui = "02B7C4";
            entry.product_class = "NL";
            if (entry.serial_number.empty())
                entry.serial_number = "S1";
        }
        auto writer = sim::LedgerWriter::open(ledger);
        ASSERT_TRUE(writer) << writer.error().what;
        writer->write(entry);
    }
    void inform(std::vector<cwmp::Event> events, std::uint32_t retry_count = 0)
    {
        write({.kind = sim::LedgerKind::inform, .events = std::move(events), .retry_count = retry_count});
    }
    void rpc(std::string method, std::string key)
    {
        write({.kind = sim::LedgerKind::rpc, .method = std::move(method), .command_key = std::move(key), .count = 1});
    }
    sim::Verdict verify()
    {
        auto const verdict = sim::verify_ledger(ledger, url);
        EXPECT_TRUE(verdict) << verdict.error().what;
        return verdict.value_or(sim::Verdict{.missing = 999});
    }

    std::string name, url, ledger;
    std::unique_ptr<pqxx::connection> admin, connection;
};

TEST_F(VerifyTest, AnHonestServerIsGood)
{
    auto const verdict = verify();
    EXPECT_TRUE(verdict.is_good()) << to_json(verdict);
    EXPECT_EQ(verdict.devices, 1U);
    EXPECT_EQ(verdict.informs, 2U);
    EXPECT_EQ(verdict.periodic, 5U);
    EXPECT_EQ(verdict.rpcs, 1U);
    EXPECT_EQ(verdict.restarts, 1U);
}

TEST_F(VerifyTest, AnAcknowledgedEventThatIsNotKeptIsMissing)
{
    exec("DELETE FROM event WHERE event_id = 2");
    auto const verdict = verify();
    EXPECT_EQ(verdict.missing, 1U);
    EXPECT_THAT(verdict.problems, Contains(HasSubstr("02B7C4-NL-S1: 1 Informs with \"1 BOOT, M Reboot\"")));
}

TEST_F(VerifyTest, TwoAcknowledgementsNeedTwoRows)
{
    inform({{"1 BOOT", ""}});
    EXPECT_EQ(verify().missing, 1U);
    add_event(3, "{1 BOOT}", 0);
    EXPECT_EQ(verify().missing, 0U);
}

TEST_F(VerifyTest, ADeviceThatIsNotKnownIsMissing)
{
    write({.kind = sim::LedgerKind::inform, .serial_number = "S2", .events = {{"1 BOOT", ""}}});
    EXPECT_THAT(verify().problems, Contains(HasSubstr("02B7C4-NL-S2 is not known")));
}

TEST_F(VerifyTest, PeriodicInformsThatWereNotCountedAreMissing)
{
    exec("UPDATE device_contact SET periodic_informs = 4");
    EXPECT_EQ(verify().missing, 1U);
}

TEST_F(VerifyTest, ARedeliveryMustBeMarkedAndNothingElse)
{
    add_event(3, "{4 VALUE CHANGE}", 0);  // committed, but its response never came to the device
    add_event(4, "{4 VALUE CHANGE}", 1, "", true);
    inform({{"4 VALUE CHANGE", ""}}, 1);
    auto const good = verify();
    EXPECT_TRUE(good.is_good()) << to_json(good);
    EXPECT_EQ(good.redelivered, 1U);
    exec("UPDATE event SET redelivered = false WHERE event_id = 4");
    EXPECT_EQ(verify().unmarked, 1U);
    exec("UPDATE event SET redelivered = true WHERE event_id IN (3, 4)");
    EXPECT_EQ(verify().unmarked, 1U);
}

TEST_F(VerifyTest, AnUnsafeRequestThatWasDoneTwiceIsFound)
{
    rpc("Reboot", "k1");
    auto const verdict = verify();
    EXPECT_EQ(verdict.repeated, 2U) << to_json(verdict);  // twice for the key, and more often than there are tasks
}

TEST_F(VerifyTest, ASecondKeyForTheSameTaskIsFoundToo)
{
    rpc("Reboot", "k2");
    EXPECT_THAT(verify().problems, Contains(HasSubstr("Reboot was done 2 times for 1 tasks")));
}

TEST_F(VerifyTest, ATaskThatDoesNotKnowItsAcknowledgedAnswerIsMissing)
{
    exec("UPDATE task SET state = 'sent'");
    EXPECT_EQ(verify().missing, 1U);
}

TEST_F(VerifyTest, AnAcknowledgedTransferCompleteMustBeKept)
{
    write({.kind = sim::LedgerKind::report, .command_key = "d1"});
    EXPECT_EQ(verify().missing, 1U);
    exec("INSERT INTO event (at, device_id, event_id, kind, detail) VALUES ('2026-03-01 13:00:00+00', 7, 9,"
         " 'TransferComplete', '{\"command_key\":\"d1\"}')");
    EXPECT_EQ(verify().missing, 0U);
}

TEST_F(VerifyTest, SaysWhenDatabaseOrLedgerCannotBeRead)
{
    EXPECT_THAT(sim::verify_ledger(ledger, "postgresql:///nowhere?host=/nowhere").error().what,
                HasSubstr("the database cannot be asked"));
    EXPECT_THAT(sim::verify_ledger("/nowhere/ledger", url).error().what, HasSubstr("/nowhere/ledger"));
}

}  // namespace
