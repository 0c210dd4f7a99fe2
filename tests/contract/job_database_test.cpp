// Jobs: what only the database has. Secrets, the rate, nodes that take turns, the states of real devices.
#include "job_backends.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

namespace contract {
namespace {

using domain::JobState;
using domain::TaskState;
using testing::HasSubstr;
using testing::UnorderedElementsAreArray;

class JobsInTheDatabase : public Jobs<JobsInPostgres> {
protected:
    std::string value(std::string const& sql) { return backend.stores().database.value(sql); }
};

TEST_F(JobsInTheDatabase, ASecretIsSealedForTheJobAndForEachDeviceAndShownToNobody)
{
    constexpr auto path = "Device.WiFi.AccessPoint.1.Security.KeyPassphrase";
    auto const gate = add_gates(1).at(0);
    auto const job = add(order(domain::TaskArguments{domain::SetTask{{{path, "hunter22", {}}}}}));
    EXPECT_EQ(value("SELECT count(*) FROM job WHERE arguments::text LIKE '%hunter22%'"), "0");
    auto const kept = find(job.id);
    auto const& shown = std::get<domain::TaskArguments>(kept.order.work);
    EXPECT_EQ(std::get<domain::SetTask>(shown).settings.at(0).value, "********");
    step();
    EXPECT_EQ(value("SELECT count(*) FROM task WHERE arguments::text LIKE '%hunter22%'"), "0");
    auto const open = backend.run(backend.stores().path.tasks().open_tasks(gate));
    EXPECT_EQ(std::get<domain::SetTask>(open.at(0).arguments).settings.at(0).value, "hunter22");
    backend.end(job.id, gate, TaskState::failed, 9001);
    auto const again = backend.run(backend.jobs().retry(job.id, "bert"));
    step();
    step();
    auto const retried = backend.run(backend.stores().path.tasks().open_tasks(gate));
    ASSERT_EQ(retried.size(), 1u);
    EXPECT_EQ(std::get<domain::SetTask>(retried[0].arguments).settings.at(0).value, "hunter22");
    EXPECT_EQ(retried[0].origin, "job:" + std::to_string(again->id));
}

TEST_F(JobsInTheDatabase, TasksHaveTheTimesOfTheJob)
{
    add_gates(1);
    auto wanted = order();
    wanted.expires_at = std::chrono::floor<std::chrono::seconds>(base::SystemClock{}.now()) + 1h;
    wanted.window = domain::TaskWindow{1h, 5h};
    auto const job = add(wanted);
    EXPECT_EQ(find(job.id).order.window, wanted.window);
    step();
    auto const row = backend.run(backend.jobs().tasks({job.id, {}, 0, 10})).at(0);
    EXPECT_EQ(row.task.expires_at, wanted.expires_at);
    EXPECT_EQ(row.task.window, wanted.window);
}

TEST_F(JobsInTheDatabase, ItBeginsNoEarlierThanItMayAndEndsWhenItExpires)
{
    add_gates(3);
    auto wanted = order();
    wanted.not_before = base::SystemClock{}.now() + 1h;
    auto const later = add(wanted);
    step();
    EXPECT_EQ(find(later.id).seen, 0u);
    wanted.not_before.reset();
    wanted.expires_at = base::SystemClock{}.now() + 1h;
    auto const job = add(wanted);
    step();
    backend.stores().database.exec("UPDATE job SET expires_at = now() WHERE job_id = " + std::to_string(job.id));
    step();
    auto const found = find(job.id);
    EXPECT_EQ(found.seen, 2u);
    EXPECT_TRUE(found.is_walked);
    EXPECT_THAT(found.stopped, HasSubstr("expired"));
}

TEST_F(JobsInTheDatabase, TheRateIsKeptOverManySmallSteps)
{
    add_gates(20);
    auto wanted = order();
    wanted.per_minute = 90;
    auto const job = add(wanted);
    auto& runner = runners.try_emplace(1, parts(), campaign::JobSettings{.node = 1}).first->second;
    for (int n = 0; n < 8; ++n) {  // a second each: one and a half devices
        backend.stores().database.exec("UPDATE job SET stepped_at = stepped_at - interval '1 second'");
        backend.run(runner.step());
    }
    auto const seconds = std::stod(value("SELECT extract(epoch FROM now() - made_at) + 8 FROM job"));
    EXPECT_GE(find(job.id).seen, 12u);
    EXPECT_LE(static_cast<double>(find(job.id).seen), seconds * 1.5);
}

TEST_F(JobsInTheDatabase, WhatIsNotUsedOfTheRateForAMinuteIsLost)
{
    add_gates(8);
    auto wanted = order();
    wanted.per_minute = 2;
    auto const job = add(wanted);
    backend.stores().database.exec("UPDATE job SET stepped_at = now() - interval '1 hour'");
    auto& runner = runners.try_emplace(1, parts(), campaign::JobSettings{.node = 1}).first->second;
    for (int n = 0; n < 3; ++n)
        backend.run(runner.step());
    EXPECT_EQ(find(job.id).seen, 2u);
}

TEST_F(JobsInTheDatabase, TheRateBeginsWhenTheJobMay)
{
    add_gates(8);
    auto wanted = order();
    wanted.per_minute = 2;
    auto const job = add(wanted);
    backend.stores().database.exec("UPDATE job SET stepped_at = now() - interval '1 hour', not_before = now()");
    auto& runner = runners.try_emplace(1, parts(), campaign::JobSettings{.node = 1}).first->second;
    backend.run(runner.step());
    EXPECT_EQ(find(job.id).seen, 0u);
}

TEST_F(JobsInTheDatabase, ThoseThatHadNoTurnForLongestComeFirst)
{
    std::int64_t last = 0;
    for (int n = 0; n < 101; ++n)  // one more than have their turns at once
        last = add(order()).id;
    auto const has_turn = [&] {
        backend.let_time_pass();
        auto const turns = backend.run(backend.jobs().turns(1));
        EXPECT_EQ(turns.size(), 100u);
        return std::ranges::find(turns, last, &domain::JobTurn::id) != turns.end();
    };
    EXPECT_FALSE(has_turn());
    EXPECT_TRUE(has_turn());
}

TEST_F(JobsInTheDatabase, OneThatCannotBeReadStopsAloneAndSaysSo)
{
    constexpr auto path = "Device.WiFi.AccessPoint.1.Security.KeyPassphrase";
    add_gates(1);
    auto const broken = add(order(domain::TaskArguments{domain::SetTask{{{path, "hunter22", {}}}}}));
    auto const sound = add(order());
    backend.stores().database.exec("UPDATE job SET arguments = regexp_replace(arguments::text,"
                                   " 'sealed:1:[^\"]*', 'sealed:1:lost')::jsonb WHERE job_id = " +
                                   std::to_string(broken.id));
    step();
    EXPECT_EQ(find(broken.id).state, JobState::running) << "what fails once may be slow, not broken";
    for (int again = 0; again < 10; ++again)
        step();
    EXPECT_EQ(find(broken.id).state, JobState::paused);
    EXPECT_THAT(find(broken.id).stopped, HasSubstr("cannot be read"));
    EXPECT_EQ(find(broken.id).seen, 0u);
    EXPECT_EQ(find(sound.id).ordered, 1u);
}

TEST_F(JobsInTheDatabase, WhatFailedIsNotTriedAgainWhenItsTasksAreNoLongerKept)
{
    auto const gate = add_gates(1).at(0);
    auto const job = add(order());
    step();
    backend.end(job.id, gate, TaskState::failed, 9001);
    step();
    ASSERT_EQ(find(job.id).state, JobState::done);
    backend.stores().database.exec("DELETE FROM task");
    EXPECT_EQ(find(job.id).tasks.at(TaskState::failed), 1u);
    EXPECT_FALSE(backend.run(backend.jobs().retry(job.id, "bert")));
    EXPECT_EQ(value("SELECT count(*) FROM job"), "1");
}

TEST_F(JobsInTheDatabase, AnotherNodeGoesOnWhenTheOneThatHeldItIsGone)
{
    auto const gates = add_gates(4);
    auto const job = add(order());
    step(1);
    step(2);
    EXPECT_EQ(find(job.id).seen, 2u);
    backend.stores().database.exec("UPDATE job SET held_until = now()");
    step(2);
    step(1);
    EXPECT_EQ(find(job.id).seen, 4u);
    EXPECT_THAT(devices_of(job.id), UnorderedElementsAreArray(gates));
}

TEST_F(JobsInTheDatabase, TheMoreTasksItHasTheMoreSeldomTheyAreCounted)
{
    add(order());
    auto const looks = [&](int ordered, int seconds) {
        backend.stores().database.exec("UPDATE job SET ordered = " + std::to_string(ordered) +
                                       ", reviewed_at = now() - interval '" + std::to_string(seconds) + " s'");
        return backend.run(backend.jobs().reviews()).size();
    };
    EXPECT_EQ(looks(1'000, 4), 1u);
    EXPECT_EQ(looks(600'000, 4), 0u);
    EXPECT_EQ(looks(600'000, 25), 1u);
}

TEST_F(JobsInTheDatabase, TagsGoOnAndComeOffAndTheDevicesAreMarkedForTheirRules)
{
    auto const gates = add_gates(3);
    backend.stores().database.exec("UPDATE device_contact SET rules_epoch = 5");
    backend.stores().database.exec("UPDATE device SET tags = '{old}' WHERE device_id = " +
                                   std::to_string(gates[0].value()));
    auto const job = add(order(domain::TagWork{{"gold", "old"}, false}));
    step();
    step();
    step();
    EXPECT_EQ(value("SELECT count(*) FROM device WHERE tags = '{gold,old}'"), "3");
    EXPECT_EQ(value("SELECT count(*) FROM device_contact WHERE rules_epoch = -1"), "3");
    EXPECT_EQ(find(job.id).state, JobState::done);
    EXPECT_EQ(find(job.id).ordered, 3u);
    backend.stores().database.exec("UPDATE device_contact SET rules_epoch = 5");
    add(order(domain::TagWork{{"gold", "old"}, false}));
    step();
    EXPECT_EQ(value("SELECT count(*) FROM device_contact WHERE rules_epoch = -1"), "0") << "nothing changed";
    auto const off = add(order(domain::TagWork{{"old"}, true}));
    step();
    step();
    EXPECT_EQ(value("SELECT count(*) FROM device WHERE tags = '{gold}'"), "3");
    EXPECT_EQ(find(off.id).ordered, 3u);
}

TEST_F(JobsInTheDatabase, ADeviceWithAsManyTagsAsItMayHaveIsPassedOver)
{
    add_gates(2);
    backend.stores().database.exec("UPDATE device SET tags = ARRAY(SELECT n::text FROM generate_series(1, 32) n)"
                                   " WHERE serial_number = 'S0'");
    auto const job = add(order(domain::TagWork{{"gold"}, false}));
    step();
    EXPECT_EQ(find(job.id).ordered, 1u);
    EXPECT_EQ(find(job.id).skipped_full, 1u);
}

TEST_F(JobsInTheDatabase, RetiredDevicesAreNotReached)
{
    add_gates(2);
    backend.stores().database.exec("UPDATE device SET state = 'retired' WHERE serial_number = 'S0'");
    auto const job = add(order());
    step();
    step();
    EXPECT_EQ(find(job.id).ordered, 1u);
    EXPECT_EQ(find(job.id).skipped_state, 1u);
}

TEST_F(JobsInTheDatabase, OnlyDevicesWhoseWindowIsOpenAreWoken)
{
    add_gates(2);
    backend.stores().database.exec("UPDATE device SET time_zone = CASE serial_number WHEN 'S0' THEN 'Etc/GMT-12' END");
    auto wanted = order();
    wanted.wakes = true;
    auto const hour = std::chrono::duration_cast<std::chrono::minutes>(
        base::SystemClock{}.now() - std::chrono::floor<std::chrono::days>(base::SystemClock{}.now()));
    wanted.window = domain::TaskWindow{(hour + 23h) % 24h, (hour + 1h) % 24h};
    add(wanted);
    step();
    step();
    EXPECT_EQ(waker.woken.size(), 1u);
}

}  // namespace
}  // namespace contract
