// Programs that share a database have different numbers.
#include "rare_stores.hpp"

#include <gmock/gmock.h>

#include <set>
#include <thread>

namespace contract {
namespace {

class NodeNumberTest : public testing::Test {
protected:
    RareStores stores;
    std::unique_ptr<pqxx::connection> connection = storage::connect(stores.database.settings());
};

TEST_F(NodeNumberTest, ProgramsThatStartAtOnceGetDifferentNumbers)
{
    constexpr int programs = 8;
    std::vector<std::optional<storage::NodeNumber>> numbers(programs);
    std::vector<std::thread> threads;
    for (int i = 0; i < programs; ++i)
        threads.emplace_back([&, i] { numbers[i] = stores.node("same name"); });
    for (auto& thread : threads)
        thread.join();
    std::set<unsigned> different;
    for (auto const& number : numbers)
        different.insert(number->value());
    EXPECT_EQ(different.size(), programs);
    EXPECT_EQ(*different.rbegin(), programs - 1u);
}

TEST_F(NodeNumberTest, ANumberIsKeptBySignsOfLifeAndGivenBack)
{
    auto const first = stores.node();
    EXPECT_TRUE(first.keep(*connection));
    EXPECT_EQ(stores.node().value(), first.value() + 1);
    first.release(*connection);
    EXPECT_EQ(stores.node().value(), first.value());
}

TEST_F(NodeNumberTest, TheNumberOfASilentNodeIsTakenOverAndItNoticesThat)
{
    auto const silent = stores.node();
    stores.database.exec("UPDATE node SET last_seen = now() - interval '6 minutes'");
    auto const next = stores.node();
    EXPECT_EQ(next.value(), silent.value());
    EXPECT_FALSE(silent.keep(*connection));
    silent.release(*connection);  // not its own any more
    EXPECT_TRUE(next.keep(*connection));
}

TEST_F(NodeNumberTest, ANodeThatWasSilentKeepsItsNumberWhenNobodyTookIt)
{
    auto const silent = stores.node();
    stores.database.exec("UPDATE node SET last_seen = now() - interval '6 minutes'");
    EXPECT_TRUE(silent.keep(*connection));
}

TEST_F(NodeNumberTest, WhenAllAreTakenTheErrorSaysSo)
{
    stores.database.exec("INSERT INTO node (node_id, name) SELECT n, 'node ' || n FROM generate_series(0, 1023) n");
    try {
        static_cast<void>(stores.node());
        FAIL();
    } catch (std::runtime_error const& problem) {
        EXPECT_THAT(problem.what(), testing::HasSubstr("all 1024 node numbers are taken"));
    }
}

}  // namespace
}  // namespace contract
