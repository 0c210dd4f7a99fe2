// What one node does for all: partitions, ends of tasks, forgetting.
#include "rare_stores.hpp"
#include "storage/array_text.hpp"
#include "storage/pg_audit.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace contract {
namespace {

using std::chrono::days;
using testing::HasSubstr;

std::string day_name(base::TimePoint time)
{
    std::chrono::year_month_day const date{std::chrono::floor<days>(time)};
    char text[16];
    std::snprintf(text, sizeof text, "%04d%02u%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()));
    return text;
}

class ChoresTest : public testing::Test {
protected:
    [[nodiscard]] std::unique_ptr<storage::Chores> chores(std::string const& name = "node")
    {
        return std::make_unique<storage::Chores>(stores.chores(), stores.node(name), stores.clock);
    }
    [[nodiscard]] bool has_table(std::string const& name)
    {
        return stores.database.value("SELECT to_regclass('public." + name + "') IS NOT NULL") == "t";
    }
    /// An Inform that makes an event row, at the clock's time.
    void contact(std::string serial) { stores.admit({"Acme", "00D09E", "HG-1000", std::move(serial)}); }
    domain::Admission device() { return stores.admit({"Acme", "00D09E", "HG-1000", "A"}); }
    void add_task(domain::Admission const& device, int id, std::string const& more_names,
                  std::string const& more_values)
    {
        stores.database.exec("INSERT INTO task (device_id, task_id, kind" + more_names + ") VALUES (" +
                             std::to_string(device.key.value()) + ", " + std::to_string(id) + ", 'reboot'" +
                             more_values + ")");
    }
    std::string state(int id)
    {
        return stores.database.value("SELECT state FROM task WHERE task_id = " + std::to_string(id));
    }

    RareStores stores;
};

TEST_F(ChoresTest, PartitionsAreMadeMoreThanAWeekAhead)
{
    auto const now = stores.clock.now() + days{30};
    stores.clock.set(now);
    auto const one = chores();
    EXPECT_THAT(one->status().error().what, HasSubstr("has not run yet"));
    EXPECT_TRUE(one->run_once());
    for (int ahead = 0; ahead <= 8; ++ahead) {
        EXPECT_TRUE(has_table("event_" + day_name(now + days{ahead}))) << ahead;
        EXPECT_TRUE(has_table("parameter_sample_" + day_name(now + days{ahead}))) << ahead;
        EXPECT_TRUE(has_table("session_" + day_name(now + days{ahead}))) << ahead;
    }
    EXPECT_TRUE(one->status()) << one->status().error().what;
}

TEST_F(ChoresTest, WhatRulesNoLongerNeedIsForgotten)
{
    stores.database.exec("INSERT INTO rule_version (rule, epoch, file, text, made_by, reason) VALUES"
                         " ('a', 1, 'a.sql', 'old', 'anna', ''), ('a', 2, 'a.sql', 'new', 'anna', '')");
    stores.database.exec(
        "INSERT INTO rule (rule, version_id) SELECT rule, max(version_id) FROM rule_version GROUP BY 1");
    auto const now = "'" + storage::time_text(stores.clock.now()) + "'::timestamptz";
    stores.database.exec("INSERT INTO rule_quarantine (device_id, rule, what, version_id, since, reason)"
                         " SELECT d, rule, text, version_id, " +
                         now +
                         " - d * interval '20 days', 'it will not stay'"
                         " FROM rule_version, generate_series(1, 2) d");
    stores.database.exec("INSERT INTO rule_budget VALUES ('a', " + now + " - interval '8 days', 1), ('a', " + now +
                         " - interval '6 days', 1)");
    EXPECT_TRUE(chores()->run_once());
    EXPECT_EQ(stores.database.value("SELECT string_agg(device_id || what, ' ' ORDER BY device_id, what)"
                                    " FROM rule_quarantine"),
              "1new 1old 2new");
    EXPECT_EQ(stores.number("SELECT count(*) FROM rule_budget"), 1);
}

/// The lock of a connection that ended is free as soon as PostgreSQL has noticed that end.
bool takes_over(storage::Chores& chores)
{
    for (int tries = 0; tries < 100; ++tries) {
        if (chores.run_once())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    return false;
}

TEST_F(ChoresTest, ExactlyOneOfTwoNodesDoesThemAndTheOtherTakesOver)
{
    auto one = chores("one");
    auto const two = chores("two");
    EXPECT_TRUE(one->run_once());
    EXPECT_FALSE(two->run_once());
    EXPECT_TRUE(one->run_once());
    EXPECT_TRUE(two->status());
    one.reset();
    EXPECT_TRUE(takes_over(*two));
}

TEST_F(ChoresTest, ANodeThatLostItsConnectionLeadsNoMore)
{
    auto const one = chores("one");
    auto const two = chores("two");
    EXPECT_TRUE(one->run_once());
    stores.database.disconnect_all();
    EXPECT_ANY_THROW(static_cast<void>(one->run_once()));
    EXPECT_TRUE(takes_over(*two));
    EXPECT_FALSE(one->run_once());
}

TEST_F(ChoresTest, AMissingPartitionOfTomorrowIsToldByANodeThatCannotMakeIt)
{
    auto const leader = chores("leader");
    auto const other = chores("other");
    EXPECT_TRUE(leader->run_once());
    EXPECT_FALSE(other->run_once());
    EXPECT_TRUE(other->status());
    stores.database.exec("DROP TABLE event_" + day_name(stores.clock.now() + days{1}));
    EXPECT_FALSE(other->run_once());
    ASSERT_FALSE(other->status());
    EXPECT_THAT(other->status().error().what, HasSubstr(day_name(stores.clock.now() + days{1})));
    EXPECT_TRUE(leader->run_once());
    EXPECT_FALSE(other->run_once());
    EXPECT_TRUE(other->status());
}

TEST_F(ChoresTest, ANodeWhoseNumberWasTakenIsNotReady)
{
    auto const one = chores();
    stores.database.exec("UPDATE node SET name = 'somebody else'");
    EXPECT_TRUE(one->run_once());
    ASSERT_FALSE(one->status());
    EXPECT_THAT(one->status().error().what, HasSubstr("has its number"));
}

/// Informs are written while the clock passes midnight, partitions of the next days are made and old ones are dropped.
TEST_F(ChoresTest, MidnightPassesUnderLoadAndNoEventIsLost)
{
    auto const midnight = std::chrono::floor<days>(stores.clock.now()) + days{1};
    stores.clock.set(midnight - 1s);
    auto const one = chores();
    ASSERT_TRUE(one->run_once());
    stores.database.exec("SELECT make_partitions('" + day_name(midnight - days{100}) + "', 3)");
    stores.database.exec("INSERT INTO event (at, device_id, event_id, kind) VALUES ('" +
                         day_name(midnight - days{100}) + " 12:00:00+00', 1, 1, 'Inform')");

    std::atomic<bool> over{false};
    std::atomic<int> written{0};
    std::exception_ptr failure;
    std::thread writer{[&] {
        try {
            for (int i = 0; !over || i < 40; ++i) {
                contact("S" + std::to_string(i));
                ++written;
            }
        } catch (...) {
            failure = std::current_exception();
        }
    }};
    auto const wait_for = [&](int count) {
        while (written < count && !failure)
            std::this_thread::sleep_for(1ms);
    };
    wait_for(10);
    stores.clock.set(midnight + 1s);
    wait_for(20);
    stores.clock.set(midnight + 2h);
    EXPECT_TRUE(one->run_once());
    wait_for(written + 10);
    over = true;
    writer.join();
    ASSERT_FALSE(failure);

    EXPECT_EQ(stores.number("SELECT count(*) FROM event WHERE kind = 'inform'"), written);
    EXPECT_GE(stores.number("SELECT count(*) FROM event_" + day_name(midnight - 1s) + " WHERE kind = 'inform'"), 10);
    EXPECT_GE(stores.number("SELECT count(*) FROM event_" + day_name(midnight) + " WHERE kind = 'inform'"), 10);
    EXPECT_FALSE(has_table("event_" + day_name(midnight - days{100})));
    EXPECT_FALSE(has_table("parameter_sample_" + day_name(midnight - days{100})));
    EXPECT_TRUE(has_table("event_" + day_name(midnight + days{8})));
}

TEST_F(ChoresTest, WhatIsStillKeptIsNotDropped)
{
    auto const oldest = stores.clock.now() - days{90};
    stores.database.exec("SELECT make_partitions('" + day_name(oldest - days{1}) + "', 2)");
    EXPECT_TRUE(chores()->run_once());
    EXPECT_TRUE(has_table("event_" + day_name(oldest)));
    EXPECT_FALSE(has_table("event_" + day_name(oldest - days{1})));
}

TEST_F(ChoresTest, ADropThatEndedInTheMiddleIsFinished)
{
    auto const oldest = day_name(stores.clock.now() - days{100});
    auto const next = day_name(stores.clock.now() - days{99});
    stores.database.exec("SELECT make_partitions('" + oldest + "', 2)");
    {
        pqxx::connection reader{stores.database.url()};
        pqxx::work reading{reader};
        reading.exec("SELECT count(*) FROM public.event");
        stores.database.exec("SET statement_timeout = '300ms'");
        EXPECT_ANY_THROW(stores.database.exec("ALTER TABLE event DETACH PARTITION event_" + oldest + " CONCURRENTLY"));
        stores.database.exec("SET statement_timeout = 0");
    }
    ASSERT_EQ(stores.number("SELECT count(*) FROM pg_inherits WHERE inhdetachpending"), 1);
    stores.database.exec("COMMENT ON TABLE event_" + next + " IS 'no longer kept'");
    stores.database.exec("ALTER TABLE event DETACH PARTITION event_" + next);
    EXPECT_TRUE(chores()->run_once());
    EXPECT_FALSE(has_table("event_" + oldest));
    EXPECT_FALSE(has_table("event_" + next));
}

TEST_F(ChoresTest, ATableThatSomebodyDetachedToKeepItIsLeftAlone)
{
    auto const name = "event_" + day_name(stores.clock.now() - days{100});
    stores.database.exec("SELECT make_partitions('" + day_name(stores.clock.now() - days{100}) + "', 1)");
    stores.database.exec("ALTER TABLE event DETACH PARTITION " + name);
    EXPECT_TRUE(chores()->run_once());
    EXPECT_TRUE(has_table(name));
}

TEST_F(ChoresTest, TasksEndWhenTheirTimeIsOver)
{
    auto const someone = device();
    add_task(someone, 1, ", expires_at", ", now() - interval '1 minute'");
    add_task(someone, 2, ", expires_at", ", now() + interval '1 hour'");
    add_task(someone, 3, ", state, deadline", ", 'waiting', now() - interval '1 minute'");
    add_task(someone, 4, ", state, deadline", ", 'unknown', now() + interval '1 hour'");
    add_task(someone, 5, ", state, updated", ", 'done', now() - interval '91 days'");
    add_task(someone, 6, ", state, updated", ", 'done', now() - interval '89 days'");
    add_task(someone, 7, ", updated", ", now() - interval '91 days'");
    EXPECT_TRUE(chores()->run_once());
    EXPECT_EQ(state(1), "expired");
    EXPECT_EQ(state(2), "queued");
    EXPECT_EQ(state(3), "failed");
    EXPECT_THAT(stores.database.value("SELECT fault_text FROM task WHERE task_id = 3"),
                HasSubstr("no result came in time"));
    EXPECT_EQ(state(4), "unknown");
    EXPECT_EQ(stores.number("SELECT count(*) FROM task WHERE task_id = 5"), 0);
    EXPECT_EQ(state(6), "done");
    EXPECT_EQ(state(7), "queued");
}

TEST_F(ChoresTest, WhatExpiredIsForgotten)
{
    stores.database.exec(
        "INSERT INTO transfer (token_hash, device_id, task_id, is_upload, file_name, file_type, expires_at)"
        " VALUES ('a', 1, 1, false, 'f', 't', now() - interval '8 days'),"
        "        ('b', 1, 1, false, 'f', 't', now() - interval '1 day')");
    stores.database.exec("INSERT INTO cwmp_session (cookie, device_id, epoch, state, suspended_at)"
                         " VALUES ('old', 1, 1, '', now() - interval '2 hours'), ('new', 1, 1, '', now())");
    stores.database.exec(
        "INSERT INTO model_experience (oui, product_class, software_version, device_id, authenticated, seen,"
        " seen_at) VALUES ('o', 'p', 's', 1, true, '{}', now() - interval '31 days'), ('o', 'p', 's', 2, true, '{}', "
        "now())");
    stores.database.exec(
        "INSERT INTO path_budget (device_id, day, made) VALUES (1, current_date - 3, 5), (1, current_date, 5)");
    EXPECT_TRUE(chores()->run_once());
    for (auto const* const table : {"transfer", "cwmp_session", "model_experience", "path_budget"})
        EXPECT_EQ(stores.number(std::string{"SELECT count(*) FROM "} + table), 1) << table;
}

TEST_F(ChoresTest, ARequestThatWasNeverEndedIsToldByTheAuditTrail)
{
    auto const one = device();
    storage::PgAuditTrail trail{stores.writes};
    auto const begin = [&](std::string path) {
        return stores.run(trail.begin({"anna", "session", "192.0.2.1", "DELETE", std::move(path)}));
    };
    stores.run(trail.end(begin("/api/v1/devices/00D09E-HG%2D1000-ended")));
    begin("/api/v1/devices/00D09E-HG%2D1000-A");
    begin("/api/v1/devices/00D09E-HG%2D1000-PURGED/tags/x");
    EXPECT_TRUE(chores()->run_once());
    EXPECT_EQ(stores.run(trail.list({})).size(), 0u) << "they may be under way";
    stores.clock.set(stores.clock.now() + domain::intent_patience + 1min);
    EXPECT_TRUE(chores()->run_once());
    EXPECT_TRUE(chores()->run_once());
    auto const records = stores.run(trail.list({.action = "request.unknown_outcome"}));
    ASSERT_EQ(records.size(), 2u) << "each once";
    EXPECT_EQ(stores.number("SELECT count(*) FROM audit_intent"), 0);
    auto const device_of = [](domain::AuditRecord const& each) { return each.entry.device; };
    auto const named = std::ranges::find(records, std::optional{one.key}, device_of);
    ASSERT_NE(named, records.end());
    EXPECT_EQ(named->entry.by, "anna");
    EXPECT_EQ(named->entry.peer, "192.0.2.1");
    EXPECT_EQ(named->entry.target, "DELETE /api/v1/devices/00D09E-HG%2D1000-A");
    EXPECT_THAT(named->entry.after, HasSubstr("begun"));
    auto const other = std::ranges::find(records, std::optional<domain::DeviceKey>{}, device_of);
    ASSERT_NE(other, records.end());
    EXPECT_EQ(other->entry.target, "DELETE /api/v1/devices/(a device that is not known)/tags/x");
}

TEST_F(ChoresTest, WhatReadsMuchIsDoneOnceAnHour)
{
    auto const one = chores();
    EXPECT_TRUE(one->run_once());
    auto const someone = device();
    add_task(someone, 5, ", state, updated", ", 'done', now() - interval '100 days'");
    add_task(someone, 6, ", state, updated", ", 'sent', now() - interval '8 days'");
    EXPECT_TRUE(one->run_once());
    EXPECT_EQ(state(5), "done");
    EXPECT_EQ(state(6), "sent");
    stores.clock.set(stores.clock.now() + 61min);
    EXPECT_TRUE(one->run_once());
    EXPECT_EQ(stores.number("SELECT count(*) FROM task WHERE task_id = 5"), 0);
    EXPECT_EQ(state(6), "failed");
}

TEST_F(ChoresTest, TasksOfADeviceThatNeverComesBackEndAfterAWeek)
{
    auto const one = device();
    auto const since = [&](int hours) { return ", now() - interval '" + std::to_string(hours) + " hours'"; };
    add_task(one, 1, ", state, updated", ", 'sent'" + since(24 * 8));
    add_task(one, 2, ", state, updated", ", 'unknown'" + since(24 * 8));
    add_task(one, 3, ", state, updated, deadline", ", 'waiting'" + since(24 * 8) + ", now() + interval '1 day'");
    add_task(one, 4, ", state, updated", ", 'sent'" + since(24 * 6));
    add_task(one, 5, ", updated", since(24 * 8));
    EXPECT_TRUE(chores()->run_once());
    EXPECT_EQ(state(1), "failed");
    EXPECT_EQ(state(2), "failed");
    EXPECT_EQ(state(3), "waiting");
    EXPECT_EQ(state(4), "sent");
    EXPECT_EQ(state(5), "queued");
    EXPECT_THAT(stores.database.value("SELECT fault_text FROM task WHERE task_id = 1"), HasSubstr("within 7 days"));
}

}  // namespace
}  // namespace contract
