// New tasks of all nodes are announced to this one.
#include "rare_stores.hpp"
#include "storage/pg_inventory.hpp"
#include "storage/task_watch.hpp"

namespace contract {
namespace {

class TaskWatchTest : public testing::Test {
protected:
    void add_task(std::int64_t id, std::string const& more_names = "", std::string const& more_values = "")
    {
        stores.database.exec("INSERT INTO task (device_id, task_id, kind" + more_names + ") VALUES (" +
                             std::to_string(device.key.value()) + ", " + std::to_string(id) + ", 'reboot'" +
                             more_values + ")");
    }
    /// An id as a node makes it.
    std::int64_t id_at(base::TimePoint time)
    {
        return (std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count() << 22) + ++made;
    }

    RareStores stores;
    domain::Admission device = stores.admit({"Acme", "00D09E", "HG-1000", "A"});
    domain::TaskNews news;
    storage::TaskWatch watch{{.connection = stores.database.settings()}, news};
    std::int64_t made = 0;
};

TEST_F(TaskWatchTest, WhatIsOrderedAfterTheFirstLookIsNews)
{
    add_task(id_at(stores.clock.now() - 60s));
    watch.look();
    EXPECT_EQ(news.newest(device.key), 0U);
    add_task(id_at(stores.clock.now()));
    watch.look();
    auto const first = news.newest(device.key);
    EXPECT_GT(first, 0U);
    EXPECT_TRUE(news.claim_wake(device.key));
    watch.look();
    EXPECT_EQ(news.newest(device.key), first);
    add_task(id_at(stores.clock.now() - 5s), ", priority", ", 9");  // by a node whose clock is behind
    watch.look();
    EXPECT_GT(news.newest(device.key), first);
    EXPECT_FALSE(news.claim_wake(device.key));
}

TEST_F(TaskWatchTest, WhatSessionsOrderThemselvesIsNoNews)
{
    watch.look();
    add_task(id_at(stores.clock.now()), ", is_single", ", true");
    watch.look();
    EXPECT_EQ(news.newest(device.key), 0U);
}

TEST_F(TaskWatchTest, TheNodeThatAddsATaskKnowsItAtOnce)
{
    storage::PgInventory inventory{{stores.writes, stores.searches, stores.path.trees(), stores.sealer,
                                    stores.path.ids(), nullptr, storage::identity_hash, &news}};
    domain::Task task;
    task.device = device.key;
    task.arguments = domain::RebootTask{};
    static_cast<void>(stores.run(inventory.add_task(task)));
    EXPECT_GT(news.newest(device.key), 0U);
}

}  // namespace
}  // namespace contract
