// Jobs: the fake of the unit tests and PostgreSQL, held to the same sentences; the runner over both.
#include "campaign/job_runner.hpp"
#include "rare_stores.hpp"
#include "storage/pg_fleet.hpp"
#include "storage/pg_inventory.hpp"
#include "storage/pg_jobs.hpp"
#include "support/fake_inventory.hpp"
#include "support/fake_jobs.hpp"
#include "support/fake_waker.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <set>

namespace contract {
namespace {

using domain::JobState;
using domain::TaskState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAreArray;

/// "gate" and "box" mean product classes; nothing else passes.
class ClassGuard final : public domain::ConditionGuard {
public:
    base::Result<domain::Condition> check(std::string_view text) override
    {
        if (text == "gate" || text == "box")
            return domain::Condition{std::string{text}, {}};
        return base::fail("there is no such column");
    }
};

/// The fakes.
class JobsInMemory {
public:
    domain::Jobs& jobs() { return jobs_; }
    domain::Fleet& fleet() { return inventory_; }
    domain::Inventory& inventory() { return inventory_; }

    domain::DeviceKey add_device(std::string product_class, std::string serial)
    {
        domain::DeviceRow row{};
        row.key = domain::DeviceKey{++last_};
        row.identity = {"Acme", "00D09E", std::move(product_class), std::move(serial)};
        row.state = domain::DeviceState::active;
        inventory_.add(row);
        return row.key;
    }
    void end(std::int64_t job, domain::DeviceKey device, TaskState state, unsigned fault = 0)
    {
        jobs_.change_task(job, device, state, fault);
    }
    void set_open_limit(unsigned limit) { jobs_.open_tasks = limit; }
    void let_time_pass() {}

    template <class T>
    T run(base::Awaitable<T> work)
    {
        return support::run(context_, std::move(work));
    }

private:
    boost::asio::io_context context_{1};
    support::FakeInventory inventory_;
    support::FakeJobs jobs_;
    std::int64_t last_ = 0;
};

domain::SearchSql by_class(domain::Condition const& condition, std::span<domain::PathSource const>, unsigned)
{
    return {"acs.device AS device", "(device.product_class = '" + condition.sql + "')"};
}

class JobsInPostgres {
public:
    domain::Jobs& jobs() { return *jobs_; }
    domain::Fleet& fleet() { return fleet_; }
    domain::Inventory& inventory() { return inventory_; }

    domain::DeviceKey add_device(std::string product_class, std::string serial)
    {
        return stores_.admit({"Acme", "00D09E", std::move(product_class), std::move(serial)}).key;
    }
    void end(std::int64_t job, domain::DeviceKey device, TaskState state, unsigned fault = 0)
    {
        auto const reason =
            fault == 0 ? std::string{} : ", fault_text = 'Refused', fault_code = " + std::to_string(fault);
        stores_.database.exec("UPDATE task SET state = '" + std::string{domain::to_text(state)} + "'" + reason +
                              " WHERE origin = 'job:" + std::to_string(job) +
                              "' AND device_id = " + std::to_string(device.value()));
    }
    void set_open_limit(unsigned limit) { jobs_.emplace(parts(limit)); }
    /// The rate allows two devices at a time then, and every job is to be looked at again.
    void let_time_pass()
    {
        stores_.database.exec("UPDATE job SET stepped_at = now() - 2.01 * interval '1 minute' / per_minute,"
                              " reviewed_at = now() - interval '1 minute'");
    }

    template <class T>
    T run(base::Awaitable<T> work)
    {
        return stores_.run(std::move(work));
    }
    RareStores& stores() { return stores_; }

private:
    storage::PgJobs::Parts parts(unsigned limit)
    {
        return {stores_.writes, stores_.path.ids(), stores_.sealer, nullptr, limit};
    }
    RareStores stores_;
    storage::PgFleet fleet_{stores_.searches, by_class};
    storage::PgInventory inventory_{
        {stores_.writes, stores_.searches, stores_.path.trees(), stores_.sealer, stores_.path.ids(), by_class}};
    std::optional<storage::PgJobs> jobs_{std::in_place, parts(1000)};
};

template <class Backend>
class Jobs : public testing::Test {
protected:
    static domain::JobOrder order(domain::JobWork work = domain::TaskArguments{domain::RebootTask{}})
    {
        domain::JobOrder wanted;
        wanted.name = "a job";
        wanted.work = std::move(work);
        wanted.where = "gate";
        wanted.by = "anna";
        return wanted;
    }
    domain::Job add(domain::JobOrder wanted, std::vector<domain::DeviceKey> devices = {})
    {
        return backend.run(backend.jobs().add(std::move(wanted), std::move(devices)));
    }
    domain::Job find(std::int64_t id) { return backend.run(backend.jobs().find(id)).value(); }
    /// Devices of class "gate", in the order of a walk.
    std::vector<domain::DeviceKey> add_gates(int count)
    {
        std::vector<domain::DeviceKey> keys;
        for (int n = 0; n < count; ++n)
            keys.push_back(backend.add_device("gate", "S" + std::to_string(n)));
        std::ranges::sort(keys);
        return keys;
    }
    void step(unsigned node = 1)
    {
        backend.let_time_pass();
        auto& runner = runners.try_emplace(node, parts(), campaign::JobSettings{.node = node}).first->second;
        backend.run(runner.step());
    }
    campaign::JobParts parts() { return {backend.jobs(), backend.fleet(), backend.inventory(), guard, waker, metrics}; }
    std::vector<domain::DeviceKey> devices_of(std::int64_t job, std::optional<TaskState> state = {})
    {
        std::vector<domain::DeviceKey> found;
        for (auto const& row : backend.run(backend.jobs().tasks({job, state, 0, 1000})))
            found.push_back(row.task.device);
        return found;
    }

    Backend backend;
    ClassGuard guard;
    support::FakeWaker waker;
    base::Metrics metrics;
    std::map<unsigned, campaign::JobRunner> runners;
};

using JobBackends = testing::Types<JobsInMemory, JobsInPostgres>;
TYPED_TEST_SUITE(Jobs, JobBackends);

TYPED_TEST(Jobs, EveryDeviceOfTheConditionGetsOneTaskPageByPage)
{
    auto const gates = this->add_gates(5);
    this->backend.add_device("box", "B");
    auto const job = this->add(this->order());
    EXPECT_EQ(job.state, JobState::running);
    this->step();
    EXPECT_THAT(this->devices_of(job.id), ElementsAre(gates[0], gates[1]));
    for (int n = 0; n < 3; ++n)
        this->step();
    EXPECT_THAT(this->devices_of(job.id), UnorderedElementsAreArray(gates));
    auto const found = this->find(job.id);
    EXPECT_TRUE(found.is_walked);
    EXPECT_EQ(found.seen, 5u);
    EXPECT_EQ(found.ordered, 5u);
    EXPECT_EQ(found.tasks, (domain::TaskCounts{{TaskState::queued, 5}}));
    auto const rows = this->backend.run(this->backend.jobs().tasks({job.id, {}, 0, 1}));
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].task.origin, "job:" + std::to_string(job.id));
    EXPECT_EQ(rows[0].task.priority, domain::Priority::bulk);
    EXPECT_EQ(this->backend.run(this->backend.jobs().tasks({job.id, {}, rows[0].task.id.value(), 10})).size(), 4u);
    EXPECT_THAT(this->devices_of(job.id, TaskState::failed), IsEmpty());
}

TYPED_TEST(Jobs, AJobIsDoneWhenItsLastTaskHasEnded)
{
    auto const gates = this->add_gates(1);
    auto const job = this->add(this->order());
    this->step();
    EXPECT_TRUE(this->find(job.id).is_walked);
    EXPECT_EQ(this->find(job.id).state, JobState::running);
    this->backend.end(job.id, gates[0], TaskState::done);
    this->step();
    auto const found = this->find(job.id);
    EXPECT_EQ(found.state, JobState::done);
    EXPECT_TRUE(found.ended_at);
    EXPECT_EQ(found.tasks, (domain::TaskCounts{{TaskState::done, 1}}));
    EXPECT_EQ(this->backend.run(this->backend.jobs().change(job.id, JobState::cancelled))->state, JobState::done);
}

TYPED_TEST(Jobs, OneNodeMovesAJobAndAStepThatComesTwiceDoesNothing)
{
    auto const gates = this->add_gates(4);
    auto const job = this->add(this->order());
    this->backend.let_time_pass();
    auto& jobs = this->backend.jobs();
    auto const turn = this->backend.run(jobs.turns(1)).at(0);
    EXPECT_THAT(this->backend.run(jobs.turns(2)), IsEmpty()) << "the other node holds it";
    domain::JobStep const first{.devices = {gates[0], gates[1]}, .position = gates[1]};
    EXPECT_FALSE(this->backend.run(jobs.advance(turn, first, 2)).is_taken);
    EXPECT_EQ(this->backend.run(jobs.advance(turn, first, 1)).ordered, 2u);
    EXPECT_FALSE(this->backend.run(jobs.advance(turn, first, 1)).is_taken) << "it did not know that it was done";
    EXPECT_EQ(this->find(job.id).ordered, 2u);
    EXPECT_THAT(this->devices_of(job.id), ElementsAre(gates[0], gates[1]));
}

TYPED_TEST(Jobs, PausedItRestsAndResumedItGoesOnWhereItWas)
{
    auto const gates = this->add_gates(4);
    auto const job = this->add(this->order());
    this->step();
    EXPECT_EQ(this->backend.run(this->backend.jobs().change(job.id, JobState::paused))->state, JobState::paused);
    this->step();
    EXPECT_EQ(this->find(job.id).seen, 2u);
    EXPECT_EQ(this->backend.run(this->backend.jobs().change(job.id, JobState::running))->state, JobState::running);
    this->step();
    this->step();
    EXPECT_THAT(this->devices_of(job.id), UnorderedElementsAreArray(gates));
}

TYPED_TEST(Jobs, CancelledItTakesBackWhatWasNotBegun)
{
    auto const gates = this->add_gates(4);
    auto const job = this->add(this->order());
    this->step();
    this->backend.end(job.id, gates[0], TaskState::sent);
    EXPECT_EQ(this->backend.run(this->backend.jobs().change(job.id, JobState::cancelled))->state, JobState::cancelled);
    this->step();
    EXPECT_EQ(this->find(job.id).tasks, (domain::TaskCounts{{TaskState::sent, 1}, {TaskState::cancelled, 1}}));
    this->backend.end(job.id, gates[0], TaskState::done);
    this->step();
    EXPECT_EQ(this->find(job.id).tasks, (domain::TaskCounts{{TaskState::done, 1}, {TaskState::cancelled, 1}}));
    EXPECT_THAT(this->backend.run(this->backend.jobs().reviews()), IsEmpty());
}

TYPED_TEST(Jobs, NoMoreThanSoManyTasksAreOpenAtOnce)
{
    auto const gates = this->add_gates(3);
    auto wanted = this->order();
    wanted.at_once = 1;
    auto const job = this->add(wanted);
    this->step();
    this->step();
    EXPECT_THAT(this->devices_of(job.id), ElementsAre(gates[0]));
    this->backend.end(job.id, gates[0], TaskState::done);
    this->step();
    EXPECT_THAT(this->devices_of(job.id), ElementsAre(gates[0], gates[1]));
}

TYPED_TEST(Jobs, ADeviceWithTooManyOpenTasksIsPassedOver)
{
    this->add_gates(1);
    this->backend.set_open_limit(1);
    auto const first = this->add(this->order());
    this->step();
    auto const second = this->add(this->order());
    this->step();
    EXPECT_EQ(this->find(first.id).ordered, 1u);
    auto const found = this->find(second.id);
    EXPECT_EQ(found.ordered, 0u);
    EXPECT_EQ(found.skipped_full, 1u);
    EXPECT_EQ(found.seen, 1u);
}

TYPED_TEST(Jobs, NamedDevicesHaveTheirTurnAndNoOthers)
{
    auto const gates = this->add_gates(4);
    auto wanted = this->order();
    wanted.where.clear();
    wanted.is_list = true;
    auto const job = this->add(wanted, {gates[3], gates[1]});
    this->step();
    this->step();
    EXPECT_THAT(this->devices_of(job.id), ElementsAre(gates[1], gates[3]));
    EXPECT_TRUE(this->find(job.id).is_walked);
}

TYPED_TEST(Jobs, NamedDevicesBeyondThePartOfTheFleetAreLeftOut)
{
    auto const gate = this->add_gates(1).at(0);
    auto const box = this->backend.add_device("box", "B");
    auto wanted = this->order();
    wanted.where.clear();
    wanted.is_list = true;
    wanted.part = "box";
    auto const job = this->add(wanted, {gate, box});
    this->step();
    this->step();
    EXPECT_THAT(this->devices_of(job.id), ElementsAre(box));
}

TYPED_TEST(Jobs, AConditionThatCannotBeSearchedByStopsTheJobAndSaysSo)
{
    auto wanted = this->order();
    wanted.where = "gone";
    auto const job = this->add(wanted);
    this->step();
    EXPECT_EQ(this->find(job.id).state, JobState::paused);
    EXPECT_EQ(this->find(job.id).stopped, "there is no such column");
}

TYPED_TEST(Jobs, TooManyThatFailedStopItAndWhoResumesItIsNotStoppedByThemAgain)
{
    auto const gates = this->add_gates(60);
    auto const job = this->add(this->order());
    for (int n = 0; n < 28; ++n)
        this->step();
    ASSERT_EQ(this->find(job.id).ordered, 56u);
    for (int n = 0; n < 49; ++n)
        this->backend.end(job.id, gates[static_cast<std::size_t>(n)], n < 20 ? TaskState::failed : TaskState::done,
                          n < 20 ? 9001 : 0);
    this->step();
    EXPECT_EQ(this->find(job.id).state, JobState::running) << "too few have ended to judge";
    this->backend.end(job.id, gates[49], TaskState::done);
    this->step();
    auto const stopped = this->find(job.id);
    EXPECT_EQ(stopped.state, JobState::paused);
    EXPECT_THAT(stopped.stopped, HasSubstr("20 of the 50"));
    this->backend.run(this->backend.jobs().change(job.id, JobState::running));
    this->step();
    this->step();
    EXPECT_EQ(this->find(job.id).state, JobState::running);
    EXPECT_EQ(this->find(job.id).stopped, "");
}

TYPED_TEST(Jobs, FaultsAreGroupedAndWhatFailedIsTriedAgainByANewJob)
{
    auto const gates = this->add_gates(4);
    auto wanted = this->order(domain::TaskArguments{domain::SetTask{{{"Device.X", "1", {}}}}});
    wanted.part = "gate";
    wanted.where.clear();
    auto const job = this->add(wanted);
    EXPECT_FALSE(this->backend.run(this->backend.jobs().retry(job.id, "bert"))) << "nothing has failed";
    for (int n = 0; n < 3; ++n)
        this->step();
    this->backend.end(job.id, gates[0], TaskState::failed, 9003);
    this->backend.end(job.id, gates[1], TaskState::failed, 9001);
    this->backend.end(job.id, gates[2], TaskState::failed, 9001);
    this->backend.end(job.id, gates[3], TaskState::done);
    auto const faults = this->backend.run(this->backend.jobs().faults(job.id));
    ASSERT_EQ(faults.size(), 2u);
    EXPECT_EQ(faults[0].code, 9001u);
    EXPECT_EQ(faults[0].tasks, 2u);
    EXPECT_EQ(faults[0].text, "Refused");
    EXPECT_EQ(faults[0].examples.size(), 2u);
    EXPECT_EQ(faults[1].code, 9003u);
    auto const again = this->backend.run(this->backend.jobs().retry(job.id, "bert"));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->order.retry_of, job.id);
    EXPECT_EQ(again->order.by, "bert");
    EXPECT_EQ(again->order.part, "gate");
    EXPECT_EQ(again->order.total, 3u);
    for (int n = 0; n < 3; ++n)
        this->step();
    EXPECT_THAT(this->devices_of(again->id), ElementsAre(gates[0], gates[1], gates[2]));
    EXPECT_FALSE(this->backend.run(this->backend.jobs().retry(4711, "bert")));
}

TYPED_TEST(Jobs, DevicesAreWokenForTheirTasksAndThatIsCounted)
{
    auto const gates = this->add_gates(2);
    auto wanted = this->order();
    wanted.wakes = true;
    auto const job = this->add(wanted);
    this->step();
    this->step();
    EXPECT_THAT(this->waker.woken, UnorderedElementsAreArray(gates));
    EXPECT_EQ(this->find(job.id).reached, 2u);
    this->waker.outcome = {false, "refused"};
    auto const wake = this->add(this->order(domain::WakeWork{}));
    for (int n = 0; n < 3; ++n)
        this->step();
    auto const found = this->find(wake.id);
    EXPECT_EQ(found.unreached, 2u);
    EXPECT_EQ(found.state, JobState::done);
    EXPECT_THAT(this->devices_of(wake.id), IsEmpty()) << "no task is made";
}

TYPED_TEST(Jobs, AreListedTheNewestFirstThoseOfAPartByThemselves)
{
    auto wanted = this->order();
    auto const first = this->add(wanted);
    wanted.part = "box";
    auto const second = this->add(wanted);
    auto const ids = [this](domain::JobQuery query) {
        std::vector<std::int64_t> found;
        for (auto const& job : this->backend.run(this->backend.jobs().list(std::move(query))))
            found.push_back(job.id);
        return found;
    };
    EXPECT_THAT(ids({}), ElementsAre(second.id, first.id));
    EXPECT_THAT(ids({.before = second.id}), ElementsAre(first.id));
    EXPECT_THAT(ids({.part = "box"}), ElementsAre(second.id));
    EXPECT_THAT(ids({.state = JobState::paused}), IsEmpty());
    EXPECT_THAT(ids({.limit = 1}), ElementsAre(second.id));
    EXPECT_FALSE(this->backend.run(this->backend.jobs().find(4711)));
}

/// What only the database has.
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
