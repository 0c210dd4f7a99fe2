// Jobs: the fake of the unit tests and PostgreSQL, held to the same sentences; the runner over both.
#include "job_backends.hpp"

#include <gmock/gmock.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace contract {
namespace {

using domain::JobState;
using domain::TaskState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAreArray;

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

}  // namespace
}  // namespace contract
