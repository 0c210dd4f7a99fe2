// Events as readers find them: in the order of commits, with nothing skipped.
#include "rare_stores.hpp"
#include "storage/event_watch.hpp"
#include "storage/pg_event_log.hpp"
#include "storage/pg_inventory.hpp"

#include <gmock/gmock.h>
#include <pqxx/pqxx>

namespace contract {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;

class EventLogTest : public testing::Test {
protected:
    static std::string insert(std::int64_t id, std::string const& kind, std::int64_t device = 0)
    {
        return "INSERT INTO event (at, device_id, event_id, kind) VALUES (now(), " + std::to_string(device) + ", " +
               std::to_string(id) + ", '" + kind + "')";
    }
    void happen(std::int64_t id, std::string const& kind, std::int64_t device = 0)
    {
        stores.database.exec(insert(id, kind, device));
    }
    static std::vector<std::string> kinds_of(std::vector<domain::EventRecord> const& events)
    {
        std::vector<std::string> kinds;
        for (auto const& event : events)
            kinds.push_back(event.kind);
        return kinds;
    }
    domain::EventPage read_on(domain::EventPosition after, unsigned limit = 100)
    {
        return stores.run(log.read_on(after, limit));
    }
    std::vector<std::string> listed(domain::EventQuery query)
    {
        auto const found = stores.run(log.list(std::move(query)));
        EXPECT_TRUE(found);
        return kinds_of(*found);
    }

    RareStores stores;
    storage::PgEventLog log{stores.searches};
};

TEST_F(EventLogTest, WhatCommitsLateIsReadAfterwardsAndNothingIsSkipped)
{
    auto const start = stores.run(log.newest());
    pqxx::connection slow{stores.database.url()};
    pqxx::work work{slow};
    work.exec("SET search_path = public");
    work.exec(insert(1, "first"));
    happen(2, "second");
    auto const held = read_on(start);
    EXPECT_THAT(held.events, IsEmpty()) << "the first may still be committed, and comes before the second";
    work.commit();
    auto const page = read_on(held.reached);
    EXPECT_THAT(kinds_of(page.events), ElementsAre("first", "second"));
    EXPECT_THAT(read_on(page.reached).events, IsEmpty());
    happen(3, "third");
    EXPECT_THAT(kinds_of(read_on(page.reached).events), ElementsAre("third"));
}

TEST_F(EventLogTest, WhatIsRolledBackHoldsNothingUp)
{
    auto const start = stores.run(log.newest());
    {
        pqxx::connection slow{stores.database.url()};
        pqxx::work work{slow};
        work.exec("SET search_path = public");
        work.exec(insert(1, "never"));
        happen(2, "second");
    }
    EXPECT_THAT(kinds_of(read_on(start).events), ElementsAre("second"));
}

TEST_F(EventLogTest, PagesEndWhereTheNextBeginsAlsoWithinATransaction)
{
    auto const start = stores.run(log.newest());
    stores.database.exec(insert(11, "a") + ";" + insert(12, "b") + ";" + insert(13, "c"));
    std::vector<std::string> read;
    auto place = start;
    for (int i = 0; i < 5; ++i) {
        auto const page = read_on(place, 1);
        for (auto const& kind : kinds_of(page.events))
            read.push_back(kind);
        place = page.reached;
    }
    EXPECT_THAT(read, ElementsAre("a", "b", "c"));
}

TEST_F(EventLogTest, ADeviceIsNamedAndRowsOfEarlierVersionsHaveTheNewNames)
{
    auto const key = stores.admit({"Acme", "00D09E", "HG-1000", "S1"}).key.value();
    auto const start = stores.run(log.newest());
    happen(1, "TransferComplete", key);
    happen(2, "task.done", 4711);
    auto const page = read_on(start);
    ASSERT_EQ(page.events.size(), 2U);
    EXPECT_EQ(page.events[0].kind, "transfer.complete");
    EXPECT_EQ(page.events[0].device_name, "00D09E-HG%2D1000-S1");
    EXPECT_EQ(page.events[1].device_name, "") << "it is gone";
    EXPECT_EQ(stores.database.value("SELECT kind FROM acs.event WHERE event_id = 1"), "transfer.complete");
    EXPECT_EQ(stores.database.value("SELECT cursor FROM acs.event WHERE event_id = 1"),
              domain::to_text(page.events[0].position));
}

TEST_F(EventLogTest, AnInformComesWithItsEvents)
{
    auto const start = stores.run(log.newest());
    stores.run(stores.path.sessions().commit_contact(
        stores.inform({"Acme", "00D09E", "HG-1000", "S1"}, {{"1 BOOT", ""}, {"M Reboot", "k"}})));
    auto const page = read_on(start);
    EXPECT_THAT(kinds_of(page.events), IsSupersetOf({"inform", "device.new", "device.enrolled"}));
    auto const inform = std::ranges::find(page.events, "inform", &domain::EventRecord::kind);
    ASSERT_EQ(inform->events.size(), 2U);
    EXPECT_EQ(inform->events[1].command_key, "k");
    EXPECT_EQ(inform->address, "192.0.2.7");
}

TEST_F(EventLogTest, TheEndOfATaskIsAsNewAsItIsHoweverOldTheTask)
{
    storage::PgInventory inventory{
        {stores.writes, stores.searches, stores.path.trees(), stores.sealer, stores.path.ids(), nullptr}};
    domain::Task task;
    task.id = domain::TaskId{4711};
    task.device = stores.admit({"Acme", "00D09E", "HG-1000", "S1"}).key;
    task.arguments = domain::RebootTask{};
    stores.run(inventory.add_task(task));
    auto const start = stores.run(log.newest());
    stores.run(inventory.cancel_task(task.id));
    auto const page = read_on(start);
    ASSERT_THAT(kinds_of(page.events), ElementsAre("task.cancelled"));
    EXPECT_GT(domain::time_of(page.events[0].position), stores.clock.now() - 1h);
    EXPECT_THAT(page.events[0].detail, testing::HasSubstr("\"4711\""));
}

TEST_F(EventLogTest, EveryKindThatIsWrittenIsInTheRegistry)
{
    stores.admit({"Acme", "00D09E", "HG-1000", "S1"});
    for (auto const& row : stores.database.exec("SELECT DISTINCT kind FROM event"))
        EXPECT_EQ(std::ranges::count(domain::event_kinds(), std::string_view{row[0].c_str()}), 1) << row[0].c_str();
}

TEST_F(EventLogTest, ListsAreFilteredInEitherOrder)
{
    happen(1, "Inform", 7);
    happen(2, "task.done", 7);
    happen(3, "task.failed", 8);
    happen(4, "tasks", 8);
    domain::EventQuery query;
    EXPECT_THAT(listed(query), ElementsAre("tasks", "task.failed", "task.done", "inform"));
    query.newest_first = false;
    EXPECT_THAT(listed(query), ElementsAre("inform", "task.done", "task.failed", "tasks"));
    query.kinds = domain::KindFilter{std::vector<std::string>{"task", "inform"}};
    EXPECT_THAT(listed(query), ElementsAre("inform", "task.done", "task.failed"));
    query.device = domain::DeviceKey{7};
    EXPECT_THAT(listed(query), ElementsAre("inform", "task.done"));
    query.limit = 1;
    query.after = stores.run(log.list(query))->at(0).position;
    EXPECT_THAT(listed(query), ElementsAre("task.done"));
    query.newest_first = true;
    EXPECT_THAT(listed(query), IsEmpty());
    query.after.reset();
    query.since = base::SystemClock{}.now() + 1h;
    EXPECT_THAT(listed(query), IsEmpty());
    query.since.reset();
    query.until = base::SystemClock{}.now() + 1h;
    EXPECT_THAT(listed(query), ElementsAre("task.done"));
}

class Listener final : public pqxx::notification_receiver {
public:
    explicit Listener(pqxx::connection_base& connection) : notification_receiver{connection, "acs_events"} {}
    void operator()(std::string const& payload, int) override
    {
        EXPECT_EQ(payload, "");
        ++count;
    }
    int count = 0;
};

TEST_F(EventLogTest, TheWatchReadsForWhoFollowsAndOneOfAllTellsListeners)
{
    pqxx::connection connection{stores.database.url()};
    Listener listener{connection};
    domain::EventTail tail, other_tail;
    storage::EventWatchSettings const settings{.connection = stores.database.settings(), .notify_interval = 0ms};
    storage::EventWatch watch{settings, tail, stores.metrics};
    storage::EventWatch other{settings, other_tail, stores.metrics};
    auto const both = [&] {
        watch.look();
        other.look();
    };
    both();
    happen(1, "unread");
    both();
    EXPECT_FALSE(tail.reached()) << "nobody follows";
    auto const start = stores.run(log.newest());
    domain::EventTail::Follower const follower{tail};
    both();
    happen(2, "read");
    both();
    auto const page = tail.behind(std::max(start, *tail.reached()), 10);
    ASSERT_TRUE(page);
    EXPECT_THAT(page->events, IsEmpty());
    happen(3, "more");
    auto const before = *tail.reached();
    both();
    EXPECT_THAT(kinds_of(tail.behind(before, 10)->events), ElementsAre("more"));
    both();
    connection.get_notifs();
    EXPECT_EQ(listener.count, 3) << "one for each, from one of both";
}

}  // namespace
}  // namespace contract
