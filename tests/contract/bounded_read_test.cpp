#include "storage/bounded_read.hpp"

#include "base/unavailable.hpp"
#include "support/test_database.hpp"

#include <gmock/gmock.h>

#include <csignal>

namespace contract {
namespace {

using namespace std::chrono_literals;

class BoundedRead : public testing::Test {
protected:
    /// The values of a statement's first column.
    std::vector<std::string> read(std::string const& sql, std::vector<std::string> const& parameters = {},
                                  std::string const& name = "")
    {
        std::vector<std::string> values;
        storage::read_rows(*connection, name, sql, parameters, limits,
                           [&](storage::RowView row) { values.emplace_back(row.text(0)); });
        return values;
    }
    static storage::ConnectionSettings without_time_out(storage::ConnectionSettings settings)
    {
        settings.statement_timeout = 0ms;
        return settings;
    }

    support::TestDatabase database;
    std::unique_ptr<pqxx::connection> connection = storage::connect(without_time_out(database.settings()));
    storage::ReadLimits limits;
};

TEST_F(BoundedRead, RowsComeOneByOne)
{
    std::vector<std::string> const two{"2", "7"};
    EXPECT_THAT(read("SELECT n + $2::int FROM generate_series(1, $1::int) n", two), testing::ElementsAre("8", "9"));
    for (int i = 0; i < 2; ++i)
        EXPECT_THAT(read("SELECT $1::int + $2::int", two, "sum"), testing::ElementsAre("9")) << "prepared once";
    bool is_null = false;
    storage::read_rows(*connection, "", "SELECT NULL, 5", {}, limits, [&](storage::RowView row) {
        is_null = row.is_null(0) && row.text(0).empty() && row.integer(1) == 5 && row.columns() == 2;
    });
    EXPECT_TRUE(is_null);
}

TEST_F(BoundedRead, WhatPostgreSqlRefusesIsThrownWithItsState)
{
    try {
        read("SELECT 1 / 0");
        FAIL() << "it was done";
    } catch (pqxx::sql_error const& problem) {
        EXPECT_EQ(problem.sqlstate(), "22012");
        EXPECT_THAT(problem.what(), testing::StartsWith("ERROR:  division by zero"));
    }
    EXPECT_THAT(read("SELECT 1"), testing::SizeIs(1));
}

TEST_F(BoundedRead, AStatementThatTheServerDoesNotEndIsCancelled)
{
    limits.deadline = 200ms;
    try {
        read("SELECT pg_sleep(60)");
        FAIL() << "it was waited for";
    } catch (pqxx::sql_error const& problem) {
        EXPECT_EQ(storage::failure_of(problem), storage::Failure::timed_out) << problem.what();
    }
    EXPECT_THAT(read("SELECT 1"), testing::SizeIs(1)) << "the connection is as good as before";
}

TEST_F(BoundedRead, AnEndlessResultIsCutOff)
{
    limits.bytes = 1'000'000;
    std::size_t taken = 0;
    EXPECT_THROW(storage::read_rows(*connection, "", "SELECT repeat('x', 1000), generate_series(1, 1000000000)", {},
                                    limits, [&](storage::RowView row) { taken += row.text(0).size(); }),
                 storage::TooMuch);
    EXPECT_LE(taken, limits.bytes);
    EXPECT_THAT(read("SELECT 1"), testing::SizeIs(1));
}

TEST_F(BoundedRead, WhatTheTakerThrowsEndsTheStatement)
{
    EXPECT_THROW(storage::read_rows(*connection, "", "SELECT generate_series(1, 1000000000)", {}, limits,
                                    [](storage::RowView) { throw std::length_error{"enough"}; }),
                 std::length_error);
    EXPECT_THAT(read("SELECT 1"), testing::SizeIs(1));
}

TEST_F(BoundedRead, AServerThatDoesNotAnswerLosesTheConnection)
{
    auto const process = static_cast<pid_t>(connection->backendpid());
    limits.deadline = 200ms;
    limits.patience = 300ms;
    ASSERT_EQ(::kill(process, SIGSTOP), 0);
    EXPECT_THROW(read("SELECT 1"), base::Unavailable);
    EXPECT_EQ(::kill(process, SIGCONT), 0);
    EXPECT_THROW(read("SELECT 1"), pqxx::broken_connection);
}

TEST_F(BoundedRead, AConnectionThatIsLostIsAnOutage)
{
    database.disconnect_all();
    EXPECT_THROW(read("SELECT 1"), pqxx::broken_connection);
}

}  // namespace
}  // namespace contract
