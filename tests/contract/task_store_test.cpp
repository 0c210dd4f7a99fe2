#include "contract/store_backends.hpp"

namespace contract {
namespace {

template <class Backend>
class TaskStoreContract : public StoreSuite<Backend> {
protected:
    [[nodiscard]] static domain::Task task_for(domain::DeviceKey device,
                                               domain::TaskArguments arguments = domain::RebootTask{})
    {
        domain::Task task;
        task.device = device;
        task.arguments = std::move(arguments);
        task.not_before = base::SystemClock{}.now() - 1s;
        return task;
    }

    [[nodiscard]] static domain::TaskUpdate update_of(domain::Task const& task, std::int64_t epoch,
                                                      domain::TaskState state)
    {
        domain::TaskUpdate change;
        change.device = task.device;
        change.id = task.id;
        change.epoch = epoch;
        change.state = state;
        change.attempts = 1;
        change.command_key = "k1";
        return change;
    }

    std::vector<domain::Task> open(domain::DeviceKey device) { return this->run(this->tasks().open_tasks(device)); }
};
TYPED_TEST_SUITE(TaskStoreContract, Backends);

TYPED_TEST(TaskStoreContract, OpenTasksComeByPriorityThenAgeAndOnlyWhenDue)
{
    auto const key = this->admit().key;
    auto bulk = this->task_for(key, domain::RefreshTask{{"Device."}, true});
    bulk.priority = domain::Priority::bulk;
    auto const third = this->backend_.add_task(bulk);
    auto const first = this->backend_.add_task(this->task_for(key));
    auto const second = this->backend_.add_task(this->task_for(key, domain::GetTask{{"Device.A"}}));
    auto later = this->task_for(key);
    later.not_before = base::SystemClock{}.now() + 1h;
    this->backend_.add_task(later);
    this->backend_.add_task(this->task_for(this->admit(this->router("other")).key));

    auto const open = this->open(key);
    ASSERT_EQ(open.size(), 3u);
    EXPECT_EQ(open[0].id, first);
    EXPECT_EQ(open[1].id, second);
    EXPECT_EQ(open[2].id, third);
    EXPECT_EQ(std::get<domain::GetTask>(open[1].arguments).paths, std::vector<std::string>{"Device.A"});
    EXPECT_TRUE(std::get<domain::RefreshTask>(open[2].arguments).discovery);
    EXPECT_EQ(open[2].priority, domain::Priority::bulk);
    EXPECT_EQ(open[2].origin, "api");
    EXPECT_TRUE(this->look_up().has_open_tasks);
}

TYPED_TEST(TaskStoreContract, ATaskThatIsNotDueDoesNotCountAsOpen)
{
    auto const key = this->admit().key;
    auto later = this->task_for(key);
    later.not_before = base::SystemClock{}.now() + 1h;
    this->backend_.add_task(later);
    EXPECT_FALSE(this->look_up().has_open_tasks);
    EXPECT_TRUE(this->open(key).empty());
}

TYPED_TEST(TaskStoreContract, ExpiredTasksBecomeExpired)
{
    auto const key = this->admit().key;
    auto task = this->task_for(key);
    task.expires_at = base::SystemClock{}.now() - 1s;
    auto const id = this->backend_.add_task(task);
    EXPECT_TRUE(this->open(key).empty());
    EXPECT_EQ(this->backend_.task(id).state, "expired");
    EXPECT_EQ(this->times_told(key, "task.expired"), 1);
}

TYPED_TEST(TaskStoreContract, HowATaskEndsIsToldOnce)
{
    auto const admission = this->admit();
    this->backend_.add_task(this->task_for(admission.key));
    this->backend_.add_task(this->task_for(admission.key));
    auto const tasks = this->open(admission.key);
    auto const end = [&](std::size_t place, domain::TaskState state) {
        return this->run(this->tasks().update(this->update_of(tasks.at(place), admission.epoch, state)));
    };
    EXPECT_TRUE(end(0, domain::TaskState::sent));
    EXPECT_EQ(this->times_told(admission.key, "task.sent"), 0);
    EXPECT_TRUE(end(0, domain::TaskState::done));
    EXPECT_TRUE(end(0, domain::TaskState::done)) << "said again, as after a lost answer";
    EXPECT_EQ(this->times_told(admission.key, "task.done"), 1);
    EXPECT_TRUE(end(1, domain::TaskState::failed));
    EXPECT_EQ(this->times_told(admission.key, "task.failed"), 1);
    this->admit();
    EXPECT_FALSE(end(1, domain::TaskState::failed)) << "of an older session";
    EXPECT_EQ(this->times_told(admission.key, "task.failed"), 1);
}

TYPED_TEST(TaskStoreContract, AtMost64OpenTasksAreGiven)
{
    auto const key = this->admit().key;
    for (int i = 0; i < 70; ++i)
        this->backend_.add_task(this->task_for(key));
    EXPECT_EQ(this->open(key).size(), 64u);
}

TYPED_TEST(TaskStoreContract, AnUpdateIsSeenByTheNextSession)
{
    auto const admission = this->admit();
    this->backend_.add_task(this->task_for(admission.key));
    auto const task = this->open(admission.key).at(0);
    auto change = this->update_of(task, admission.epoch, domain::TaskState::waiting);
    change.progress = R"({"step":2})";
    change.deadline = std::chrono::floor<std::chrono::seconds>(base::SystemClock{}.now()) + 1h;
    EXPECT_TRUE(this->run(this->tasks().update(change)));
    auto const now = this->open(admission.key).at(0);
    EXPECT_EQ(now.state, domain::TaskState::waiting);
    EXPECT_EQ(now.attempts, 1u);
    EXPECT_EQ(now.command_key, "k1");
    EXPECT_EQ(now.deadline, change.deadline);
    EXPECT_NE(now.progress.find("step"), std::string::npos);
}

TYPED_TEST(TaskStoreContract, ASentTaskKnowsWhen)
{
    auto const admission = this->admit();
    this->backend_.add_task(this->task_for(admission.key));
    auto const task = this->open(admission.key).at(0);
    EXPECT_FALSE(task.sent_at);
    EXPECT_TRUE(this->run(this->tasks().update(this->update_of(task, admission.epoch, domain::TaskState::sent))));
    EXPECT_TRUE(this->open(admission.key).at(0).sent_at);
}

TYPED_TEST(TaskStoreContract, AStaleEpochIsRefusedAndNothingIsWritten)
{
    auto const old = this->admit();
    auto const id = this->backend_.add_task(this->task_for(old.key));
    auto const task = this->open(old.key).at(0);
    auto const newer = this->admit();
    EXPECT_FALSE(this->run(this->tasks().update(this->update_of(task, old.epoch, domain::TaskState::sent))));
    EXPECT_EQ(this->backend_.task(id).state, "queued");
    EXPECT_TRUE(this->run(this->tasks().update(this->update_of(task, newer.epoch, domain::TaskState::sent))));
}

TYPED_TEST(TaskStoreContract, ACancelledTaskIsNotUpdated)
{
    auto const admission = this->admit();
    auto const id = this->backend_.add_task(this->task_for(admission.key));
    auto const task = this->open(admission.key).at(0);
    this->backend_.cancel(id);
    EXPECT_FALSE(this->run(this->tasks().update(this->update_of(task, admission.epoch, domain::TaskState::sent))));
    EXPECT_EQ(this->backend_.task(id).state, "cancelled");
}

TYPED_TEST(TaskStoreContract, AFinalTaskKeepsItsResultAndItsFault)
{
    auto const admission = this->admit();
    auto const id = this->backend_.add_task(this->task_for(admission.key));
    auto const task = this->open(admission.key).at(0);
    auto change = this->update_of(task, admission.epoch, domain::TaskState::failed);
    change.result = R"({"values":{"Device.A":"1"}})";
    change.fault_code = 9005;
    change.fault_text = "Invalid parameter name";
    EXPECT_TRUE(this->run(this->tasks().update(change)));
    EXPECT_TRUE(this->run(this->tasks().update(change))) << "the same end told twice is no error";
    auto const seen = this->backend_.task(id);
    EXPECT_EQ(seen.state, "failed");
    EXPECT_NE(seen.result.find("Device.A"), std::string::npos);
    EXPECT_EQ(seen.fault_code, 9005u);
    EXPECT_EQ(seen.fault_text, "Invalid parameter name");
    EXPECT_TRUE(this->open(admission.key).empty());
    EXPECT_FALSE(this->run(this->tasks().update(this->update_of(task, admission.epoch, domain::TaskState::sent))));
}

TYPED_TEST(TaskStoreContract, ARetryWaitsUntilItsTime)
{
    auto const admission = this->admit();
    this->backend_.add_task(this->task_for(admission.key));
    auto change = this->update_of(this->open(admission.key).at(0), admission.epoch, domain::TaskState::queued);
    change.not_before = base::SystemClock{}.now() + 1h;
    EXPECT_TRUE(this->run(this->tasks().update(change)));
    EXPECT_TRUE(this->open(admission.key).empty());
}

TYPED_TEST(TaskStoreContract, OpenDiscoveriesAreOneAndTakeEachOthersPathsIn)
{
    auto const admission = this->admit();
    auto const discovery = [&](std::vector<std::string> paths) {
        auto task = this->task_for(admission.key, domain::RefreshTask{std::move(paths), true});
        task.origin = "discovery";
        task.priority = domain::Priority::bulk;
        return task;
    };
    this->run(this->tasks().add(discovery({"Device.B."})));
    this->run(this->tasks().add(discovery({"Device.A.", "Device.B."})));
    auto open = this->open(admission.key);
    ASSERT_EQ(open.size(), 1u);
    EXPECT_EQ(std::get<domain::RefreshTask>(open[0].arguments).paths,
              (std::vector<std::string>{"Device.A.", "Device.B."}));
    EXPECT_TRUE(std::get<domain::RefreshTask>(open[0].arguments).discovery);

    this->run(this->tasks().add(discovery({})));
    EXPECT_TRUE(std::get<domain::RefreshTask>(this->open(admission.key).at(0).arguments).paths.empty());
    this->run(this->tasks().add(discovery({"Device.C."})));
    open = this->open(admission.key);
    ASSERT_EQ(open.size(), 1u);
    EXPECT_TRUE(std::get<domain::RefreshTask>(open[0].arguments).paths.empty());

    EXPECT_TRUE(this->run(this->tasks().update(this->update_of(open[0], admission.epoch, domain::TaskState::done))));
    this->run(this->tasks().add(discovery({"Device.D."})));
    EXPECT_EQ(this->open(admission.key).size(), 1u);
}

TYPED_TEST(TaskStoreContract, ArgumentsComeBackAsTheyWere)
{
    auto const key = this->admit().key;
    domain::SetTask set;
    set.settings = {{"Device.WiFi.AccessPoint.1.Security.KeyPassphrase", "secret \"phrase\"", std::nullopt},
                    {"Device.WiFi.SSID.1.SSID", "caf\xC3\xA9", cwmp::ValueType::string}};
    this->backend_.add_task(this->task_for(key, set));
    auto const back = std::get<domain::SetTask>(this->open(key).at(0).arguments);
    std::map<std::string, std::string> values;
    for (auto const& setting : back.settings)
        values[setting.path] = setting.value;
    EXPECT_EQ(values["Device.WiFi.AccessPoint.1.Security.KeyPassphrase"], "secret \"phrase\"");
    EXPECT_EQ(values["Device.WiFi.SSID.1.SSID"], "caf\xC3\xA9");
}

TYPED_TEST(TaskStoreContract, ManySessionsUpdateAtOnce)
{
    std::vector<base::Awaitable<bool>> works;
    for (int i = 0; i < 100; ++i) {
        auto const admission = this->admit(this->router("S" + std::to_string(i)));
        auto task = this->task_for(admission.key);
        task.id = this->backend_.add_task(task);
        auto const epoch = i % 2 == 0 ? admission.epoch : admission.epoch + 1;
        works.push_back(this->tasks().update(this->update_of(task, epoch, domain::TaskState::sent)));
    }
    auto const written = this->run_all(std::move(works));
    for (std::size_t i = 0; i < written.size(); ++i)
        EXPECT_EQ(written[i], i % 2 == 0) << i;
}

/// Minutes since midnight in UTC, `later` from now.
std::chrono::minutes time_of_day_in(std::chrono::minutes later)
{
    auto const time = base::SystemClock{}.now() + later;
    return std::chrono::floor<std::chrono::minutes>(time - std::chrono::floor<std::chrono::days>(time));
}

TYPED_TEST(TaskStoreContract, ATaskIsDueInItsWindowOnly)
{
    auto const key = this->admit().key;
    auto open = this->task_for(key);
    open.window = {time_of_day_in(-60min), time_of_day_in(60min)};
    auto closed = this->task_for(key);
    closed.window = {time_of_day_in(60min), time_of_day_in(120min)};
    auto const due = this->backend_.add_task(open);
    this->backend_.add_task(closed);
    auto const found = this->open(key);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].id, due);
    EXPECT_EQ(found[0].window, open.window);
    ASSERT_TRUE(found[0].window_closes);
    EXPECT_GT(*found[0].window_closes, base::SystemClock{}.now() + 50min);
    EXPECT_LE(*found[0].window_closes, base::SystemClock{}.now() + 60min);
}

TYPED_TEST(TaskStoreContract, ATaskWithoutAWindowIsDueAtAnyTime)
{
    auto const key = this->admit().key;
    this->backend_.add_task(this->task_for(key));
    EXPECT_FALSE(this->open(key).at(0).window_closes);
}

class WindowInPostgres : public TaskStoreContract<InPostgres<support::Shape::plain>> {
protected:
    bool is_due(std::string const& time_zone)
    {
        this->backend_.database().exec("UPDATE device SET time_zone = " + time_zone);
        return !this->open(key).empty();
    }
    domain::DeviceKey key = this->admit().key;
};

TEST_F(WindowInPostgres, TheWindowIsOfTheDevicesTimeZone)
{
    auto task = this->task_for(key);
    task.window = {time_of_day_in(8h), time_of_day_in(10h)};  // in Tokyo it is nine hours later
    this->backend_.add_task(task);
    EXPECT_FALSE(is_due("NULL"));
    EXPECT_TRUE(is_due("'Asia/Tokyo'"));
    EXPECT_FALSE(is_due("'no such zone'")) << "UTC then";
}

}  // namespace
}  // namespace contract
