#include "storage/connection.hpp"
#include "support/test_database.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace contract {
namespace {

using storage::Failure;

/// What a statement's failure is taken for.
class FailureTest : public testing::Test {
protected:
    Failure failure_of(std::string const& sql)
    {
        auto settings = database_.settings();
        settings.statement_timeout = std::chrono::milliseconds{200};
        auto const connection = storage::connect(settings);
        pqxx::nontransaction work{*connection};
        try {
            work.exec(sql);
        } catch (std::exception const& problem) {
            return storage::failure_of(problem);
        }
        ADD_FAILURE() << "nothing failed: " << sql;
        return Failure::rollback;
    }

    support::TestDatabase database_;
};

TEST_F(FailureTest, WhatPostgresRefusesIsARefusalAlsoWhenItsStateWasLost)
{
    for (auto const* const sql :
         {"SET ROLE pg_monitor; SELECT * FROM task", "SELECT * FROM no_such_table", "SELECT no_such_column FROM task",
          "SELECT no_such_function()", "SELEC 1", "SELECT 1 / 0", "INSERT INTO device (device_id) VALUES (NULL)",
          "DEALLOCATE no_such_statement", "FETCH no_such_cursor", "DO $$ BEGIN RAISE EXCEPTION 'no'; END $$"})
        EXPECT_EQ(failure_of(sql), Failure::refused) << sql;
}

TEST_F(FailureTest, WhatIsSlowTimesOut)
{
    EXPECT_EQ(failure_of("SELECT pg_sleep(10)"), Failure::timed_out);
}

TEST_F(FailureTest, ALostConnectionIsAnOutage)
{
    EXPECT_EQ(failure_of("SELECT pg_terminate_backend(pg_backend_pid())"), Failure::outage);
}

}  // namespace
}  // namespace contract
