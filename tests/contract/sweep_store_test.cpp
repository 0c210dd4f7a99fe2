// The sweep over the fleet, with tables as they are and partitioned.
#include "storage/pg_sweep.hpp"
#include "support/run.hpp"
#include "support/test_database.hpp"

#include <gmock/gmock.h>

namespace contract {
namespace {

using domain::DeviceKey;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using namespace std::chrono_literals;

class SweepStoreTest : public testing::TestWithParam<support::Shape> {
protected:
    SweepStoreTest()
    {
        database.exec("INSERT INTO device (device_id, state, oui, product_class, serial_number, tags)"
                      " SELECT n, CASE n WHEN 3 THEN 'pending' ELSE 'active' END, '00D09E', 'HG', n::text, '{gold}'"
                      " FROM generate_series(1, 7) n");
        database.exec("INSERT INTO device_contact (device_id, last_inform, rules_epoch)"
                      " SELECT n, now(), n - 2 FROM generate_series(1, 6) n");
        database.exec("INSERT INTO rule_outcome (device_id, epoch, outcomes, done) VALUES"
                      R"( (2, 1, '{"a":{"v":1}}', '{"a reboot  k":7}'))");
    }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return support::run(std::move(work));
    }
    static std::vector<DeviceKey> keys(std::vector<domain::SweptDevice> const& devices)
    {
        std::vector<DeviceKey> keys;
        for (auto const& device : devices)
            keys.push_back(device.device);
        return keys;
    }
    static domain::SweepOffer offer(unsigned node, std::int64_t epoch, bool has_changing = false)
    {
        return {.node = node, .epoch = epoch, .has_changing = has_changing, .interval = 600s, .lease = 60s};
    }

    support::TestDatabase database{GetParam()};
    base::Sealer sealer = base::Sealer::with_random_key();
    storage::Database connection{storage::sweep_connection(database.settings())};
    storage::PgSweep store{connection, sealer};
};

TEST_P(SweepStoreTest, ActiveDevicesThatInformedComeInOrderWithWhatIsKept)
{
    auto const devices = run(store.next(DeviceKey{1}, 2));
    EXPECT_THAT(keys(devices), ElementsAre(DeviceKey{2}, DeviceKey{4}));
    EXPECT_EQ(devices.at(0).kept.outcomes, R"({"a":{"v":1}})");
    EXPECT_THAT(devices.at(0).kept.done, ElementsAre(std::pair{"a reboot  k", 7}));
    EXPECT_THAT(devices.at(1).kept.tags, ElementsAre("gold"));
    EXPECT_THAT(keys(run(store.next(DeviceKey{4}, 9))), ElementsAre(DeviceKey{5}, DeviceKey{6}));
    EXPECT_THAT(keys(run(store.load({DeviceKey{3}, DeviceKey{6}, DeviceKey{7}, DeviceKey{99}}))),
                ElementsAre(DeviceKey{6}));
}

TEST_P(SweepStoreTest, WhoIsMarkedAlreadyIsNotMarkedAgain)
{
    EXPECT_THAT(run(store.mark({DeviceKey{5}, DeviceKey{1}, DeviceKey{2}, DeviceKey{99}})),
                UnorderedElementsAre(DeviceKey{2}, DeviceKey{5}));
    EXPECT_THAT(run(store.mark({DeviceKey{2}})), IsEmpty());
    EXPECT_EQ(database.value("SELECT string_agg(rules_epoch::text, ' ' ORDER BY device_id) FROM device_contact"),
              "-1 -2 1 2 -1 4");
    EXPECT_THAT(run(store.still_marked({DeviceKey{2}, DeviceKey{4}, DeviceKey{5}})),
                UnorderedElementsAre(DeviceKey{2}, DeviceKey{5}));
}

TEST_P(SweepStoreTest, TheOldestTouchesAreTakenOnce)
{
    database.exec("INSERT INTO rule_touch (device_id) VALUES (4), (5), (4), (6)");
    EXPECT_THAT(run(store.take_touched(3)), UnorderedElementsAre(DeviceKey{4}, DeviceKey{5}));
    EXPECT_THAT(run(store.take_touched(3)), ElementsAre(DeviceKey{6}));
    EXPECT_THAT(run(store.take_touched(3)), IsEmpty());
    EXPECT_EQ(database.value("SELECT count(*) FROM device_contact WHERE rules_epoch = -1"), "4");
}

TEST_P(SweepStoreTest, OneNodeHasTheTurnUntilItIsSilent)
{
    EXPECT_FALSE(run(store.take(offer(1, 0, false))));
    auto const turn = run(store.take(offer(1, 3)));
    ASSERT_TRUE(turn);
    EXPECT_TRUE(turn->is_whole);
    EXPECT_FALSE(run(store.take(offer(2, 3))));
    EXPECT_FALSE(run(store.take(offer(1, 2))));  // it has not read the newest rules yet
    EXPECT_FALSE(run(store.advance(
        {.node = 1, .epoch = 3, .after = turn->after, .last = DeviceKey{4}, .devices = 3, .changed = 1})));
    database.exec("UPDATE rule_sweep SET worked_at = now() - interval '2 minutes'");
    EXPECT_EQ(run(store.take(offer(2, 3)))->after, DeviceKey{4});
    EXPECT_FALSE(run(store.advance({.node = 1, .epoch = 3, .after = DeviceKey{4}})));  // its turn is over
    auto const summary = run(store.advance({.node = 2, .epoch = 3, .after = DeviceKey{4}, .devices = 2, .changed = 1}));
    ASSERT_TRUE(summary);
    EXPECT_EQ(summary->devices, 5u);
    EXPECT_EQ(summary->changed, 2u);
    EXPECT_FALSE(run(store.take(offer(2, 3, true))));  // not before its interval
    database.exec("UPDATE rule_sweep SET began_at = now() - interval '11 minutes'");
    EXPECT_FALSE(run(store.take(offer(2, 3, false))));
    auto const next = run(store.take(offer(1, 3, true)));
    ASSERT_TRUE(next);
    EXPECT_FALSE(next->is_whole);
    EXPECT_EQ(next->after, DeviceKey{0});
}

TEST_P(SweepStoreTest, OnlyThisHourCountsForBudgets)
{
    database.exec("INSERT INTO rule_budget VALUES ('a', date_trunc('hour', now()), 7),"
                  " ('b', date_trunc('hour', now()) - interval '1 hour', 8)");
    EXPECT_THAT(run(store.budgets_used()), ElementsAre(std::pair{"a", 7u}));
}

INSTANTIATE_TEST_SUITE_P(Shapes, SweepStoreTest, testing::Values(support::Shape::plain, support::Shape::hashed));

}  // namespace
}  // namespace contract
