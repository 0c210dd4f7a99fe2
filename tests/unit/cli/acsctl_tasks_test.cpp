// acsctl. Tasks of one device, and jobs: the same work on many.
#include "acsctl_fixture.hpp"

#include "base/time_text.hpp"
#include "domain/task.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace cli_test;
using testing::AllOf;
using testing::Not;
using testing::StartsWith;

TEST_F(AcsctlTest, ATaskThatNobodyWaitsForIsQueued)
{
    auto const queued = run({"set", device_, "Device.A=1"});
    EXPECT_EQ(queued.code, 0) << queued.error;
    EXPECT_EQ(queued.out, first_task_ + " queued\n");
    EXPECT_EQ(run({"set", device_, "WiFi=1"}).code, 1);
}

TEST_F(AcsctlTest, EveryOrderHasAKeyOfItsOwn)
{
    EXPECT_EQ(run({"reboot", device_}).code, 0);
    EXPECT_EQ(run({"reboot", device_}).code, 0);
    EXPECT_EQ(keys_.size(), 2u);
    EXPECT_EQ(inventory_.all_tasks().size(), 2u);
}

TEST_F(AcsctlTest, EveryBadFieldIsTold)
{
    auto const refused = run({"set", device_, "WiFi=1", "Device.B.=2"});
    EXPECT_THAT(refused.error, AllOf(HasSubstr("values.WiFi: "), HasSubstr("values.Device.B.: ")));
}

TEST_F(AcsctlTest, AWaitEndsWithTheResult)
{
    on_wake([](domain::TaskRow& row) {
        row.task.state = domain::TaskState::done;
        row.result = R"({"values":[{"name":"Device.A","value":"1","type":"xsd:int"}]})";
    });
    auto const done = run({"get", device_, "Device.A", "--wait"});
    EXPECT_EQ(done.code, 0) << done.error;
    EXPECT_EQ(done.out, first_task_ + " done\nDevice.A  1\n");
    auto const json = run({"get", device_, "Device.A", "--wait", "--json"});
    EXPECT_EQ(boost::json::parse(json.out).at("state").as_string(), "done");
}

TEST_F(AcsctlTest, AFailedTaskExitsWithOneAndTellsTheFault)
{
    on_wake([](domain::TaskRow& row) {
        row.task.state = domain::TaskState::failed;
        row.fault_code = 9001;
        row.fault_text = "Request denied";
    });
    auto const failed = run({"reboot", device_, "--wait"});
    EXPECT_EQ(failed.code, 1);
    EXPECT_EQ(failed.error, "acsctl: " + first_task_ + " failed: 9001 Request denied\n");
}

TEST_F(AcsctlTest, AnUnfinishedTaskExitsWithThreeAndTellsWhyTheDeviceSleeps)
{
    waker_.outcome = {false, "timeout"};
    auto const unfinished = run({"reboot", device_, "--wait=0"});
    EXPECT_EQ(unfinished.code, 3) << unfinished.error;
    EXPECT_THAT(unfinished.out, StartsWith(first_task_ + " queued"));
    EXPECT_EQ(run({"task", first_id_, "--wait=0"}).code, 3);
}

TEST_F(AcsctlTest, TasksAreListedShownAndCancelled)
{
    run({"reboot", device_});
    EXPECT_THAT(run({"tasks"}).out, HasSubstr("reboot"));
    EXPECT_THAT(run({"tasks", device_, "--state", "queued"}).out, HasSubstr("queued"));
    EXPECT_THAT(run({"task", first_id_}).out, HasSubstr("api:test"));
    EXPECT_EQ(run({"cancel", first_id_}).out, first_task_ + " cancelled\n");
    inventory_.change(domain::TaskId{std::stoll(first_id_)},
                      [](domain::TaskRow& row) { row.task.state = domain::TaskState::done; });
    auto const late = run({"cancel", first_id_});
    EXPECT_EQ(late.code, 1);
    EXPECT_THAT(late.error, HasSubstr("cannot be cancelled"));
}

TEST_F(AcsctlTest, PeopleReadTimesToTheSecondAndProgramsToTheMicrosecond)
{
    run({"reboot", device_});
    inventory_.change(domain::TaskId{std::stoll(first_id_)}, [](domain::TaskRow& row) {
        row.task.created = *base::parse_rfc3339("2026-01-02T03:04:05.678901Z");
    });
    EXPECT_THAT(run({"tasks"}).out, HasSubstr("2026-01-02T03:04:05Z"));
    EXPECT_THAT(run({"task", first_id_}).out, HasSubstr("2026-01-02T03:04:05Z"));
    EXPECT_THAT(run({"tasks", "--json"}).out, HasSubstr("2026-01-02T03:04:05.678901Z"));
}

TEST_F(AcsctlTest, ATaskIsGivenAWindow)
{
    EXPECT_EQ(run({"reboot", device_, "--window", "22:30-05:00"}).code, 0);
    auto const window = inventory_.all_tasks().back().task.window;
    ASSERT_TRUE(window);
    EXPECT_EQ(domain::time_of_day_text(window->from), "22:30");
    EXPECT_EQ(domain::time_of_day_text(window->until), "05:00");
    EXPECT_EQ(run({"reboot", device_, "--window", "22:30"}).code, 2);
    EXPECT_EQ(run({"reboot", device_, "--window", "22:30-25:00"}).code, 1);
}

TEST_F(AcsctlTest, JobsAreOrderedWithTheOperandsOfTheCommandForOneDevice)
{
    EXPECT_THAT(run({"job", "add", "set", "Device.X=1", "--where", "HG-1000", "--dry-run"}).out, HasSubstr("3"));
    EXPECT_TRUE(jobs_.all.empty());
    EXPECT_EQ(run({"job", "add", "set", "Device.X=1", "--where", "HG-1000", "--rate", "30", "--at-once", "4", "--wake",
                   "--window", "01:00-05:00", "--max-failed", "0", "--name", "spring"})
                  .code,
              0);
    auto const& order = jobs_.all.at(1).job.order;
    EXPECT_EQ(order.per_minute, 30U);
    EXPECT_EQ(order.at_once, 4U);
    EXPECT_TRUE(order.wakes && order.window);
    EXPECT_EQ(order.most_failed, 0U);
    auto const file = (folder_ / "ids.csv").string();
    std::ofstream{file} << "id,subscriber\n" << device_ << ",x\n00D09E-HG%2D1000-S9,y\n";
    EXPECT_EQ(run({"job", "add", "tag", "gold", "--devices", file}).code, 1);
    EXPECT_EQ(run({"job", "add", "tag", "gold", "--devices", file, "--skip-unknown"}).code, 0);
    EXPECT_EQ(jobs_.all.at(2).named.size(), 1U);
    EXPECT_EQ(run({"job", "add", "wake", "--where", "HG-1000"}).code, 0);
    for (auto const& wrong : {std::vector<std::string>{"job", "add", "dance", "--where", "x"},
                              {"job", "add"},
                              {"job", "burn", "1"},
                              {"job", "add", "wake", "--devices", "/nowhere"}})
        EXPECT_EQ(run(wrong).code, 2);
    EXPECT_THAT(run({"jobs"}).out, AllOf(HasSubstr("spring"), HasSubstr("wake")));
}

TEST_F(AcsctlTest, AJobIsShownOnOneScreenAndFollowed)
{
    run({"job", "add", "reboot", "--where", "HG-1000", "--name", "spring"});
    jobs_.page = 10;
    auto& kept = jobs_.all.at(1);
    kept.job.seen = kept.job.ordered = 3;
    kept.job.is_walked = true;
    for (int n = 1; n <= 3; ++n) {
        domain::TaskRow row{};
        row.task.id = domain::TaskId{n};
        row.task.device = domain::DeviceKey{n};
        row.task.arguments = domain::RebootTask{};
        row.identity = {"Acme", "00D09E", "HG-1000", fmt::format("S{}", n)};
        row.task.state = n == 3 ? domain::TaskState::failed : domain::TaskState::done;
        kept.tasks.push_back(row);
    }
    kept.tasks[2].fault_code = 9001;
    kept.tasks[2].fault_text = "No \x1b[1mway";
    auto const shown = run({"job", "1"});
    EXPECT_EQ(shown.code, 0);
    EXPECT_THAT(shown.out, AllOf(HasSubstr("job 1 spring: reboot, running"), HasSubstr("100 %  3 of 3 devices"),
                                 HasSubstr("2 done, 1 failed"), HasSubstr("9001"), HasSubstr("S3")));
    EXPECT_THAT(shown.out, Not(HasSubstr("\x1b")));
    EXPECT_EQ(run({"job", "1", "--wait=0"}).code, 3);
    kept.job.state = domain::JobState::done;
    EXPECT_EQ(run({"job", "1", "--wait"}).code, 1) << "a task has failed";
    EXPECT_THAT(run({"job", "tasks", "1", "--state", "failed"}).out, AllOf(HasSubstr("S3"), Not(HasSubstr("S1"))));
    EXPECT_THAT(run({"job", "retry", "1"}).out, HasSubstr("repeats job"));
    EXPECT_EQ(run({"job", "pause", "2"}).code, 0);
    EXPECT_EQ(run({"job", "resume", "2"}).code, 0);
    EXPECT_EQ(run({"job", "cancel", "2"}).code, 0);
    EXPECT_EQ(run({"job", "resume", "2"}).code, 1);
    EXPECT_EQ(run({"job", "9"}).code, 1);
}

}  // namespace
