#include "api/api.hpp"
#include "base/counters.hpp"
#include "base/time_text.hpp"
#include "cli/run.hpp"
#include "domain/event_tail.hpp"
#include "domain/trace_text.hpp"
#include "net/compression.hpp"
#include "net/make_certificates.hpp"
#include "net/server.hpp"
#include "support/fake_admin.hpp"
#include "support/fake_announcements.hpp"
#include "support/fake_audit.hpp"
#include "support/fake_events.hpp"
#include "support/fake_failed_tasks.hpp"
#include "support/fake_faults.hpp"
#include "support/fake_files.hpp"
#include "support/fake_fleet_list.hpp"
#include "support/fake_groups.hpp"
#include "support/fake_incidents.hpp"
#include "support/fake_inventory.hpp"
#include "support/fake_jobs.hpp"
#include "support/fake_keys.hpp"
#include "support/fake_life.hpp"
#include "support/fake_operators.hpp"
#include "support/fake_reachability.hpp"
#include "support/fake_rule_settings.hpp"
#include "support/fake_rules.hpp"
#include "support/fake_sessions.hpp"
#include "support/fake_strangers.hpp"
#include "support/fake_traces.hpp"
#include "support/fake_values.hpp"
#include "support/fake_waker.hpp"
#include "support/fake_webhooks.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
namespace fs = std::filesystem;

class EveryWord final : public domain::ConditionGuard {
public:
    base::Result<domain::Condition> check(std::string_view text) override
    {
        if (text.contains(';'))
            return base::fail("line 1, column 5: one expression only");
        return domain::Condition{std::string{text}, {}};
    }
};

/// What one run of acsctl did.
struct Ran {
    int code;
    std::string out;
    std::string error;
};

/// acsctl against a server on the loopback interface, with fakes behind its API.
class AcsctlTest : public testing::Test {
protected:
    AcsctlTest()
    {
        auto pattern = (fs::temp_directory_path() / "acsctl-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        for (int i = 1; i <= 3; ++i)
            add_device(i);
        listen("plain", nullptr);
        threads_.start();
    }
    ~AcsctlTest() override
    {
        server_.stop();
        threads_.stop();
        fs::remove_all(folder_);
    }

    static domain::Quarantine given_up(std::string what)
    {
        return {.device = domain::DeviceKey{1},
                .identity = {"", "00D09E", "HG-1000", "S1"},
                .rule = "wifi",
                .what = std::move(what),
                .version = 3,
                .since = base::TimePoint{std::chrono::seconds{1'700'000'000}},
                .reason = "it did not stay",
                .evidence = R"({"attempts":5})"};
    }
    void add_device(int number)
    {
        domain::DeviceRow row{};
        row.key = domain::DeviceKey{number};
        row.identity = {"Acme", "00D09E", "HG-1000", fmt::format("S{}", number)};
        row.state = domain::DeviceState::active;
        row.model_name = "Gate\x1b[1mway";
        inventory_.add(std::move(row));
    }
    void listen(std::string name, std::shared_ptr<net::TlsServerContext> tls)
    {
        net::Listener listener;
        listener.name = std::move(name);
        listener.address = "127.0.0.1";
        listener.tls = std::move(tls);
        auto const listening = server_.listen(std::move(listener), api_);
        if (!listening)
            throw std::runtime_error{listening.error().what};
    }
    /// Lets the device do its first task as soon as it is woken.
    void on_wake(std::function<void(domain::TaskRow&)> outcome)
    {
        waker_.on_wake = [this, outcome = std::move(outcome)](domain::DeviceKey) {
            inventory_.change(inventory_.all_tasks().back().task.id, outcome);
        };
    }

    Ran run(std::vector<std::string> arguments, std::string const& url = {}, std::string const& token = "secret")
    {
        std::map<std::string, std::string> variables{
            {"ACS_SERVER", url.empty() ? fmt::format("http://127.0.0.1:{}", server_.local_port("plain")) : url},
            {"XDG_CONFIG_HOME", (folder_ / "profile").string()},
            {"USER", "anna"}};
        if (!token.empty())
            variables["ACS_TOKEN"] = token;
        std::ostringstream out;
        std::ostringstream error;
        auto const environment = [&](std::string const& name) -> std::optional<std::string> {
            auto const found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional{found->second};
        };
        auto const code = cli::run(std::move(arguments), {out, error, width_, environment, watched_,
                                                          [this](std::string const&) { return next_answer(); }});
        return {code, out.str(), error.str()};
    }

    /// What is typed when a secret is asked for: each once.
    std::optional<std::string> next_answer()
    {
        if (typed_.empty())
            return std::nullopt;
        auto answer = typed_.front();
        typed_.erase(typed_.begin());
        return answer;
    }

    std::vector<std::string> typed_;
    std::string const device_ = "00D09E-HG%2D1000-S1";
    std::string const first_id_ = "1000";  ///< that the fake of keys reserves for the first order
    std::string const first_task_ = "task " + first_id_;
    fs::path folder_;
    bool watched_ = false;   ///< a person sees what is written as errors
    std::size_t width_ = 0;  ///< of the terminal; 0: there is none
    base::SystemClock clock_;
    base::Metrics metrics_;
    EveryWord guard_;
    support::FakeInventory inventory_;
    support::FakeFileStore files_;
    support::FakeFileDirectory directory_;
    support::FakeWaker waker_;
    support::FakeDeviceAdmin admin_;
    support::FakePromotions promotions_;
    support::FakeRules rules_;
    support::FakeAuditTrail audit_;
    support::FakeOperators operators_{audit_};
    support::FakeIncidents incidents_;
    support::FakeAnnouncements announcements_;
    support::FakeStrangers strangers_;
    support::FakeDeviceLife life_;
    support::FakeRotations rotations_;
    support::FakeEventLog events_;
    domain::EventTail event_tail_;
    support::FakeWebhooks webhooks_;
    support::FakeWebhookSender webhook_sender_;
    support::FakeFleetList fleet_lists_{inventory_};
    support::FakeFailedTasks failed_tasks_{inventory_};
    support::FakeGroups groups_;
    support::FakeJobs jobs_;
    support::FakeReachabilityView reachability_;
    support::FakeSessions sessions_;
    support::FakeOpenSessions open_sessions_;
    support::FakeTraces traces_{clock_};
    support::FakeIdempotencyKeys keys_;
    support::FakeEditLocks locks_;
    support::FakeParameterValues values_{inventory_};
    support::FakeRuleSettings rule_settings_;
    support::FakeFaults faults_;
    support::FakeFleetStatistics fleet_;
    api::Api api_{{inventory_,     files_,         directory_,  waker_,        guard_,          nullptr,
                   clock_,         metrics_,       admin_,      promotions_,   rules_,          audit_,
                   incidents_,     announcements_, strangers_,  operators_,    life_,           rotations_,
                   sessions_,      open_sessions_, traces_,     keys_,         locks_,          values_,
                   rule_settings_, faults_,        fleet_,      reachability_, inventory_,      groups_,
                   jobs_,          events_,        event_tail_, webhooks_,     webhook_sender_, fleet_lists_,
                   failed_tasks_},
                  {.tokens = {{"test", "secret"}}, .version = "1.2.3", .operators = {.costs = {8, 1}}}};
    net::Threads threads_{1};
    net::Server server_{threads_, metrics_};
};

TEST_F(AcsctlTest, SessionsAreListedAndWhatWasSaidInThemIsShownAndSaved)
{
    domain::PastSession past{.facts = {.id = domain::SessionId{77}, .device = domain::DeviceKey{1}}};
    past.facts.identity = {"", "00D09E", "HG-1000", "S1"};
    past.failure = "the CPE fell silent";
    past.has_trace = true;
    sessions_.note(past);
    domain::Trace trace{.session = 77};
    trace.messages = {{.is_from_cpe = true, .method = "Inform", .text = "<a>\x1b[2J</a>"}};
    traces_.files[{domain::DeviceKey{1}, domain::SessionId{77}}] = net::gzip(to_text(trace));
    EXPECT_EQ(run({"sessions"}).code, 0);
    EXPECT_THAT(run({"sessions", "--state", "failed"}).out, HasSubstr("the CPE fell silent"));
    EXPECT_THAT(run({"sessions", "00D09E-HG%2D1000-S1"}).out, HasSubstr("77"));
    EXPECT_THAT(run({"session", "77"}).out, HasSubstr("failed"));
    EXPECT_EQ(run({"session", "78"}).code, 1);
    EXPECT_THAT(run({"trace", "77"}).out, AllOf(HasSubstr("Inform"), HasSubstr("\\x1b"), Not(HasSubstr("\x1b"))));
    EXPECT_EQ(run({"trace", "78"}).code, 1);
    EXPECT_EQ(run({"trace", "77", "--save", folder_ / "a.trace"}).code, 0);
    std::ifstream saved{folder_ / "a.trace", std::ios::binary};
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>{saved}, {}), to_text(trace));
    EXPECT_EQ(run({"trace", "77", "--save", folder_ / "no" / "where"}).code, 1);
}

TEST_F(AcsctlTest, ADeviceIsChosenForTraces)
{
    std::string const device = "00D09E-HG%2D1000-S1";
    EXPECT_THAT(run({"trace", device, "on", "--sessions", "3"}).out, HasSubstr("3"));
    EXPECT_TRUE(traces_.wants(domain::DeviceKey{1}));
    EXPECT_THAT(run({"trace", device, "show"}).out, HasSubstr("test"));
    EXPECT_EQ(run({"trace", device, "on", "--until", "yesterday"}).code, 1);
    EXPECT_EQ(run({"trace", device, "off"}).code, 0);
    EXPECT_FALSE(traces_.wants(domain::DeviceKey{1}));
    EXPECT_EQ(run({"trace", device}).code, 2);
    EXPECT_EQ(run({"trace", device, "perhaps"}).code, 2);
}

TEST_F(AcsctlTest, AWholeListComesAsCsv)
{
    auto const ran = run({"devices", "--format", "csv", "--columns", "id,state"});
    EXPECT_EQ(ran.code, 0) << ran.error;
    EXPECT_EQ(ran.out, "id,state\r\n00D09E-HG%2D1000-S1,active\r\n00D09E-HG%2D1000-S2,active\r\n"
                       "00D09E-HG%2D1000-S3,active\r\n");
    EXPECT_THAT(run({"tasks", "--format", "ndjson"}).out, "{\"end\":true,\"items\":0}\n");
    auto const wrong = run({"devices", "--format", "csv", "--columns", "id,,"});
    EXPECT_EQ(wrong.code, 1);
    EXPECT_THAT(wrong.error, HasSubstr("columns must be names and parameters"));
    EXPECT_EQ(run({"devices", "--format", "xml"}).code, 2);
}

TEST_F(AcsctlTest, WhatDevicesToldIsHarmlessOnATerminalInEveryForm)
{
    domain::DeviceRow row{};
    row.key = domain::DeviceKey{4};
    row.identity = {"Acme", "00D09E", "HG-1000", "S4"};
    row.state = domain::DeviceState::active;
    row.model_name = "Evil\xC2\x9B"
                     "2J";
    inventory_.add(std::move(row));
    EXPECT_THAT(run({"devices", "--json"}).out, AllOf(HasSubstr("Evil\\u009b2J"), Not(HasSubstr("\xC2\x9B"))));
    std::vector<std::string> const list{"devices", "--format", "csv", "--columns", "id,model_name"};
    EXPECT_THAT(run(list).out, AllOf(HasSubstr("\x1b"), HasSubstr("\xC2\x9B"))) << "files get what there is";
    width_ = 80;
    auto const shown = run(list);
    EXPECT_EQ(shown.code, 0) << shown.error;
    EXPECT_THAT(shown.out, AllOf(StartsWith("id,model_name\n"), HasSubstr("Gate\\x1b[1mway"), HasSubstr("\\u009b2J"),
                                 Not(HasSubstr("\x1b")), Not(HasSubstr("\xC2\x9B"))));
}

/// A server that takes as many requests as it has answers, each on a connection of its own. An empty answer is none:
/// the connection ends.
class ScriptedServer {
public:
    explicit ScriptedServer(std::vector<std::string> answers) : answers_{std::move(answers)} {}
    ~ScriptedServer() { finish(); }

    static std::string answer(std::string_view json)
    {
        return fmt::format("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n"
                           "Connection: close\r\n\r\n{}",
                           json.size(), json);
    }
    [[nodiscard]] std::string url() const
    {
        return fmt::format("http://127.0.0.1:{}", acceptor_.local_endpoint().port());
    }
    /// The requests that came.
    std::vector<std::string> finish()
    {
        for (std::size_t i = 0; thread_.joinable() && i < answers_.size(); ++i) {  // what it still waits for
            boost::system::error_code error;
            Tcp::socket{context_}.connect(acceptor_.local_endpoint(), error);
        }
        if (thread_.joinable())
            thread_.join();
        return requests_;
    }

private:
    using Tcp = boost::asio::ip::tcp;

    void serve()
    {
        for (auto const& text : answers_) {
            auto socket = acceptor_.accept();
            requests_.push_back(read(socket));
            boost::system::error_code error;
            boost::asio::write(socket, boost::asio::buffer(text), error);
        }
    }
    static std::string read(Tcp::socket& socket)
    {
        std::string request;
        boost::system::error_code error;
        while (!error && !is_whole(request)) {
            std::array<char, 4096> piece{};
            auto const size = socket.read_some(boost::asio::buffer(piece), error);
            request.append(piece.data(), size);
        }
        return request;
    }
    static bool is_whole(std::string const& request)
    {
        auto const end = request.find("\r\n\r\n");
        auto const length = field(request, "Content-Length");
        return end != request.npos && request.size() >= end + 4 + (length.empty() ? 0 : std::stoul(length));
    }

public:
    /// The value of a field in the text of a request.
    static std::string field(std::string const& request, std::string const& name)
    {
        auto const at = request.find("\r\n" + name + ": ");
        auto const from = at + name.size() + 4;
        return at == request.npos ? "" : request.substr(from, request.find("\r\n", from) - from);
    }

private:
    std::vector<std::string> answers_;
    std::vector<std::string> requests_;
    boost::asio::io_context context_;
    Tcp::acceptor acceptor_{context_, Tcp::endpoint{boost::asio::ip::make_address("127.0.0.1"), 0}};
    std::thread thread_{[this] { serve(); }};
};

TEST_F(AcsctlTest, AnUploadWhoseAnswerIsLostIsSentAgainUnderItsKey)
{
    ScriptedServer server{{"", ScriptedServer::answer(R"({"id":"7"})")}};
    std::ofstream{folder_ / "fw.bin"} << "bytes";
    auto const ran = run({"file-add", folder_ / "fw.bin"}, server.url());
    EXPECT_EQ(ran.code, 0) << ran.error;
    EXPECT_THAT(ran.out, StartsWith("file 7 stored"));
    auto const requests = server.finish();
    EXPECT_THAT(requests, testing::Each(testing::EndsWith("bytes")));
    EXPECT_NE(ScriptedServer::field(requests.at(0), "Idempotency-Key"), "");
    EXPECT_EQ(ScriptedServer::field(requests.at(0), "Idempotency-Key"),
              ScriptedServer::field(requests.at(1), "Idempotency-Key"));
}

TEST_F(AcsctlTest, AWaitGoesOnWhenTheServerWasAway)
{
    ScriptedServer server{{ScriptedServer::answer(R"({"id":"7","state":"queued"})"), "",
                           ScriptedServer::answer(R"({"id":"7","state":"done"})")}};
    auto const ran = run({"reboot", device_, "--wait=60"}, server.url());
    EXPECT_EQ(ran.code, 0) << ran.error;
    EXPECT_EQ(ran.out, "task 7 done\n");
    ScriptedServer refusing{{ScriptedServer::answer(R"({"id":"8","state":"queued"})"),
                             "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"}};
    auto const lost = run({"reboot", device_, "--wait=60"}, refusing.url());
    EXPECT_EQ(lost.code, 1);
    EXPECT_THAT(lost.error, HasSubstr("task 8 is ordered, but nobody tells how it goes"));
}

TEST_F(AcsctlTest, TopGoesOnWhenTheServerWasAway)
{
    auto const statistics = ScriptedServer::answer(R"({"devices":5,"open_tasks":0,"counters":[]})");
    ScriptedServer server{{statistics, "", statistics}};
    auto const ran = run({"top", "--rounds", "3", "--json"}, server.url());
    EXPECT_EQ(ran.code, 0) << ran.error;
    EXPECT_EQ(std::ranges::count(ran.out, '\n'), 2);
    EXPECT_THAT(ran.error, HasSubstr("could not be asked"));
    EXPECT_EQ(run({"top", "--rounds", "3"}, "http://127.0.0.1:1").code, 1) << "it was never there";
}

TEST_F(AcsctlTest, EveryUploadHasAKeyOfItsOwn)
{
    std::ofstream{folder_ / "fw.bin"} << "bytes";
    EXPECT_EQ(run({"file-add", folder_ / "fw.bin"}).code, 0);
    EXPECT_EQ(run({"file-add", folder_ / "fw.bin"}).code, 0);
    std::ofstream{folder_ / "devices.csv"} << "serial_number,oui\nS1,00D09E\n";
    EXPECT_EQ(run({"announcements", "import", folder_ / "devices.csv"}).code, 0);
    EXPECT_EQ(keys_.size(), 3u);
}

TEST_F(AcsctlTest, EveryOrderHasAKeyOfItsOwn)
{
    EXPECT_EQ(run({"reboot", device_}).code, 0);
    EXPECT_EQ(run({"reboot", device_}).code, 0);
    EXPECT_EQ(keys_.size(), 2u);
    EXPECT_EQ(inventory_.all_tasks().size(), 2u);
}

TEST_F(AcsctlTest, WhatIsWrongAndHowTheFleetDoesIsShown)
{
    domain::Fault fault;
    fault.device = domain::DeviceKey{1};
    fault.identity = {"Acme", "00D09E", "HG-1000", "S1"};
    fault.code = 9010;
    fault.text = "no such file";
    fault.task = domain::TaskId{7};
    fault.subject = "download";
    faults_.all.push_back(fault);
    faults_.all_groups.push_back({domain::FaultKind::task, 9010, "HG-1000", 5, 6});
    fleet_.counts.by_state = {{"active", 3}};
    fleet_.counts.by_software = {{"HG-1000", "1.0", 3}};
    auto const list = run({"faults", device_, "--kind", "task"});
    EXPECT_EQ(list.code, 0) << list.error;
    EXPECT_THAT(list.out, AllOf(HasSubstr("download"), HasSubstr("9010"), HasSubstr("no such file")));
    EXPECT_THAT(run({"faults", "summary"}).out, HasSubstr("HG-1000"));
    auto const statistics = run({"statistics"});
    EXPECT_EQ(statistics.code, 0) << statistics.error;
    EXPECT_THAT(statistics.out, AllOf(HasSubstr("devices: 3"), HasSubstr("active"), HasSubstr("1.0")));
    EXPECT_EQ(run({"settings"}).code, 0);
}

TEST_F(AcsctlTest, WhereRulesFindSettingsIsSetAndForgotten)
{
    auto const set = run({"rule-settings", "set", "wifi.ssid.1:Device.::HG-7", "Device.X.Name"});
    EXPECT_EQ(set.code, 0) << set.error;
    EXPECT_THAT(run({"rule-settings"}).out, HasSubstr("wifi.ssid.1:Device.::HG-7"));
    EXPECT_EQ(run({"rule-settings", "remove", "wifi.ssid.1:Device.::HG-7"}).code, 0);
    EXPECT_EQ(run({"rule-settings", "remove", "wifi.ssid.1:Device.::HG-7"}).code, 1);
    EXPECT_EQ(run({"rule-settings", "set"}).code, 2);
}

TEST_F(AcsctlTest, TheDevicesOfGenieAcsAreAnnounced)
{
    auto const dump = folder_ / "devices.json";
    std::ofstream{dump} << R"({"_id":"00D09E-HG%2D1-S7","_tags":["gold","a,\"b","c|d"]})" << "\n"
                        << R"({"_id":"x-HG-S8"})" << "\n"
                        << R"({"_id":"nothing"})" << "\n";
    auto const dry = run({"import", "genieacs", dump, "--dry-run"});
    EXPECT_THAT(dry.out, StartsWith("nothing was changed; 3 devices: 1 added"));
    EXPECT_TRUE(announcements_.all.empty());
    auto const real = run({"import", "genieacs", dump});
    EXPECT_EQ(real.code, 1);
    EXPECT_EQ(real.out, "3 devices: 1 added, 0 updated, 0 enrolled, 0 in service already, 2 skipped\n");
    EXPECT_THAT(real.error, HasSubstr("nothing: it is no device"));
    EXPECT_THAT(real.error, HasSubstr("x-HG-S8: oui is no OUI"));
    EXPECT_THAT(real.error, HasSubstr("the tag c|d is left out"));
    ASSERT_EQ(announcements_.all.size(), 1u);
    EXPECT_EQ(announcements_.all.begin()->product_class, "HG-1");
    EXPECT_THAT(announcements_.all.begin()->tags, testing::ElementsAre("gold", "a,\"b"));
    EXPECT_EQ(run({"import", "genieacs", folder_ / "nowhere"}).code, 1);
    EXPECT_EQ(run({"import", "other", dump}).code, 2);
}

TEST_F(AcsctlTest, ALoginThatWouldBreakTheListIsLeftOut)
{
    auto const dump = folder_ / "devices.json";
    std::ofstream{dump} << R"({"_id":"00D09E-HG-S7","Device":{"ManagementServer":)"
                        << R"({"Username":{"_value":"u"},"Password":{"_value":"a\nb"}}}})" << "\n";
    auto const ran = run({"import", "genieacs", dump, "--logins"});
    EXPECT_EQ(ran.code, 0) << ran.error;
    EXPECT_THAT(ran.out, StartsWith("1 devices: 1 added"));
    EXPECT_THAT(ran.error, HasSubstr("00D09E-HG-S7: its login is left out"));
}

TEST_F(AcsctlTest, AListOfDevicesIsImportedAndBadLinesAreTold)
{
    std::ofstream{folder_ / "devices.csv"} << "serial_number;oui\nS1;00D09E\nS2;x\n";
    auto const dry = run({"announcements", "import", folder_ / "devices.csv", "--dry-run"});
    EXPECT_EQ(dry.code, 1);
    EXPECT_THAT(dry.out, StartsWith("nothing was changed; 2 lines: 1 added"));
    EXPECT_THAT(dry.error, StartsWith("line 3: oui is no OUI"));
    EXPECT_TRUE(announcements_.all.empty());
    EXPECT_THAT(run({"announcements", "import", folder_ / "devices.csv"}).out, StartsWith("2 lines: 1 added"));
    EXPECT_EQ(run({"announcements", "add", "S9", "00D09E", "HG", "--tag", "gold", "--tag", "vip"}).out, "S9: added\n");
    EXPECT_EQ(announcements_.all.back().tags, (std::vector<std::string>{"gold", "vip"}));
    EXPECT_THAT(run({"announcements", "--state", "waiting"}).out, HasSubstr("S9"));
    EXPECT_EQ(run({"announcements", "remove", "2"}).code, 0);
    EXPECT_EQ(run({"announcements", "remove", "2"}).code, 1);
    EXPECT_EQ(run({"announcements", "import"}).code, 2);
    EXPECT_EQ(run({"announcements", "import", folder_ / "none.csv"}).code, 1);
}

TEST_F(AcsctlTest, EventsAreListedAndFollowed)
{
    events_.add("device.new", domain::DeviceKey{1}, device_, R"({"state":"active"})", clock_.now());
    events_.add("task.done", domain::DeviceKey{1}, device_, R"({"task":"7"})", clock_.now());
    auto const listed = run({"events", "--kind", "task"});
    EXPECT_EQ(listed.code, 0) << listed.error;
    EXPECT_THAT(listed.out, AllOf(HasSubstr("task.done"), HasSubstr(device_), Not(HasSubstr("device.new"))));
    EXPECT_THAT(run({"events", device_, "--json"}).out, HasSubstr("\"cursor\":\"1.1\""));
    std::jthread const more{[this] {
        std::this_thread::sleep_for(std::chrono::milliseconds{200});
        event_tail_.append({9, -1}, {{}, {9, -1}});  // whoever follows is behind that, and reads the log
        events_.add("rule.released", domain::DeviceKey{1}, device_, "{}", clock_.now());
    }};
    auto const followed = run({"tail", "--kind", "rule", "--count", "1", "--json"});
    EXPECT_EQ(followed.code, 0) << followed.error;
    EXPECT_THAT(followed.out, HasSubstr("\"kind\":\"rule.released\""));
    EXPECT_EQ(run({"tail", "--device", "00D09E-X-none"}).code, 1);
}

TEST_F(AcsctlTest, EventsThatAreFollowedAreHarmless)
{
    std::jthread const more{[this] {
        std::this_thread::sleep_for(std::chrono::milliseconds{200});
        event_tail_.append({9, -1}, {{}, {9, -1}});
        events_.add("rule.released", domain::DeviceKey{1}, "S\x1b[2J", R"({"ssid":"\u001b[2J"})", clock_.now());
    }};
    auto const followed = run({"tail", "--kind", "rule", "--count", "1"});
    EXPECT_EQ(followed.code, 0) << followed.error;
    EXPECT_THAT(followed.out, AllOf(HasSubstr("rule.released"), HasSubstr("S\\x1b[2J"), Not(HasSubstr("\x1b"))));
}

TEST_F(AcsctlTest, ALoginMayHaveAProfileOfItsOwn)
{
    auto const nowhere = std::string{"http://127.0.0.1:1"};
    auto const url = fmt::format("http://127.0.0.1:{}", server_.local_port("plain"));
    typed_ = {"correct horse battery"};
    ASSERT_EQ(run({"operators", "add", "anna", "--role", "administrator"}).code, 0);
    EXPECT_EQ(run({"--profile", "lab", "whoami"}).code, 2) << "there is no such profile";
    typed_ = {"correct horse battery"};
    auto const login = run({"--profile", "lab", "--server", url, "login"}, nowhere, "");
    EXPECT_EQ(login.code, 0) << login.error;
    auto const known = run({"--profile", "lab", "whoami"}, nowhere, "wrong");
    EXPECT_EQ(known.code, 0) << known.error;
    EXPECT_THAT(known.out, HasSubstr("anna"));
    EXPECT_EQ(run({"whoami"}, {}, "").code, 2) << "the profile without a name has no token";
    EXPECT_EQ(run({"--profile", "lab", "logout"}, nowhere, "").code, 0);
    EXPECT_EQ(run({"--profile", "lab", "whoami"}, nowhere, "").code, 2);
}

TEST_F(AcsctlTest, WebhooksAreAddedTestedAndRemoved)
{
    auto const added = run({"webhooks", "add", "oss", "http://oss.example.net/", "--kind", "device,task.failed"});
    EXPECT_EQ(added.code, 0) << added.error;
    EXPECT_THAT(added.out, HasSubstr("secret"));
    EXPECT_THAT(webhooks_.kept.at("oss").lease.webhook.kinds, testing::ElementsAre("device", "task.failed"));
    EXPECT_THAT(run({"webhooks"}).out, HasSubstr("http://oss.example.net/"));
    typed_ = {"a secret that is typed"};
    EXPECT_EQ(run({"webhooks", "change", "oss", "--secret", "--batch", "7"}).code, 0);
    EXPECT_EQ(webhooks_.kept.at("oss").lease.webhook.secret, "a secret that is typed");
    EXPECT_EQ(webhooks_.kept.at("oss").lease.webhook.batch, 7U);
    EXPECT_EQ(run({"webhooks", "test", "oss"}).code, 0);
    webhook_sender_.answer = {.problem = "nobody is there"};
    EXPECT_EQ(run({"webhooks", "test", "oss"}).code, 1);
    EXPECT_THAT(run({"webhooks", "pause", "oss"}).out, HasSubstr("paused"));
    EXPECT_EQ(run({"webhooks", "resume", "oss"}).code, 0);
    EXPECT_EQ(run({"webhooks", "redeliver", "oss"}).code, 0);
    EXPECT_EQ(run({"webhooks", "dead", "oss"}).code, 0);
    EXPECT_EQ(run({"webhooks", "remove", "oss"}).code, 0);
    EXPECT_EQ(run({"webhooks", "show", "oss"}).code, 1);
    EXPECT_EQ(run({"webhooks", "nonsense"}).code, 2);
}

TEST_F(AcsctlTest, StrangersAreEnrolledAndIncidentsShown)
{
    strangers_.note({.identity = {"Acme", "00D09E", "HG", "S7"}, .address = "192.0.2.1", .reason = "why"});
    EXPECT_THAT(run({"strangers"}).out, HasSubstr("00D09E-HG-S7"));
    EXPECT_THAT(run({"strangers", "enrol", "1", "--subscriber", "17"}).out, StartsWith("00D09E-HG-S7 is let in"));
    EXPECT_EQ(announcements_.all.at(0).subscriber, "17");
    EXPECT_EQ(run({"strangers", "forget", "1"}).code, 1);
    EXPECT_EQ(run({"strangers", "enrol"}).code, 2);
    incidents_.note({.kind = "failed-login", .identity = "00D09E-HG-S7", .address = "192.0.2.1"});
    EXPECT_THAT(run({"incidents", "--kind", "failed-login"}).out, HasSubstr("192.0.2.1"));
    EXPECT_THAT(run({"incidents", "--kind", "conflict"}).out, Not(HasSubstr("192.0.2.1")));
}

TEST_F(AcsctlTest, LoginsOfDevicesAreShownAndRotated)
{
    life_.kept.state = domain::LoginState::proven;
    life_.kept.logins.push_back({"00D09E-S1", "generated", {}, std::nullopt, std::nullopt, std::nullopt});
    auto const shown = run({"credential", "00D09E-HG%2D1000-S1"});
    EXPECT_THAT(shown.out, HasSubstr("proven"));
    EXPECT_THAT(shown.out, HasSubstr("00D09E-S1"));
    EXPECT_THAT(run({"rotate", "00D09E-HG%2D1000-S1"}).out, HasSubstr("credentials"));
    EXPECT_EQ(run({"rotations", "start", "--where", "HG-1000", "--rate", "120"}).code, 0);
    EXPECT_EQ(rotations_.all.at(1).per_minute, 120U);
    EXPECT_THAT(run({"rotations"}).out, HasSubstr("running"));
    EXPECT_THAT(run({"rotations", "pause", "1"}).out, HasSubstr("paused"));
    EXPECT_THAT(run({"rotations", "show", "1"}).out, HasSubstr("paused"));
    EXPECT_EQ(run({"rotations", "cancel", "1"}).code, 0);
    EXPECT_EQ(run({"rotations", "resume", "1"}).code, 1);
    EXPECT_EQ(run({"rotations", "begin", "1"}).code, 2);
}

TEST_F(AcsctlTest, DevicesAreReEnrolledRetiredAndPurged)
{
    EXPECT_EQ(run({"re-enrol", "00D09E-HG%2D1000-S1", "--hours", "2"}).code, 0);
    EXPECT_EQ(life_.re_enrolments.size(), 1U);
    EXPECT_EQ(run({"retire", "00D09E-HG%2D1000-S1", "--no-reset"}).code, 0);
    EXPECT_FALSE(life_.retirements.at(0).second.factory_reset);
    EXPECT_EQ(run({"purge", "00D09E-HG%2D1000-S1"}).code, 2) << "it is not said that it is meant";
    EXPECT_TRUE(life_.purges.empty());
    EXPECT_EQ(run({"purge", "00D09E-HG%2D1000-S1", "--yes"}).code, 0);
    EXPECT_EQ(life_.purges.size(), 1U);
}

TEST_F(AcsctlTest, WhoLogsInNeedsNoTokenAnyMoreUntilTheyLogOut)
{
    typed_ = {"correct horse battery"};
    auto const added = run({"operators", "add", "anna", "--role", "administrator"});
    EXPECT_EQ(added.code, 0) << added.error;
    typed_ = {"wrong horse battery"};
    EXPECT_THAT(run({"login"}, {}, "").error, HasSubstr("The name or the password is wrong"));
    EXPECT_EQ(run({"whoami"}, {}, "").code, 2);

    typed_ = {"correct horse battery"};
    auto const login = run({"login"}, {}, "");
    EXPECT_EQ(login.code, 0) << login.error;
    EXPECT_THAT(login.out + login.error, Not(HasSubstr("acs_")));
    auto const profile = folder_ / "profile/acs/acsctl.toml";
    EXPECT_EQ(fs::status(profile).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_THAT(run({"whoami"}, {}, "").out, HasSubstr("anna"));
    EXPECT_EQ(run({"logout"}, {}, "").code, 0);
    EXPECT_EQ(run({"whoami"}, {}, "").code, 2) << "the profile has no token any more";
    EXPECT_TRUE(operators_.all.tokens.empty());
}

TEST_F(AcsctlTest, OperatorsRolesAndTokensAreKept)
{
    EXPECT_EQ(run({"roles", "add", "north", "devices.read", "--where", "STB"}).code, 0);
    EXPECT_THAT(run({"roles"}).out, HasSubstr("north"));
    EXPECT_EQ(run({"operators", "add", "bert", "--role", "north", "--no-password"}).code, 0);
    EXPECT_EQ(run({"operators", "add", "otto"}).code, 2) << "without a role";
    EXPECT_EQ(run({"operators", "disable", "bert"}).code, 0);
    EXPECT_EQ(run({"operators", "role", "bert", "viewer"}).code, 0);
    auto const token = run({"--json", "tokens", "add", "ci", "devices.read", "--operator", "bert", "--days", "3"});
    EXPECT_EQ(token.code, 0) << token.error;
    EXPECT_THAT(run({"tokens"}).out, HasSubstr("ci"));
    auto const id = std::to_string(operators_.all.tokens.front().id.value());
    EXPECT_EQ(run({"tokens", "remove", id}).code, 0);
    EXPECT_EQ(run({"operators", "remove", "bert"}).code, 0);
    EXPECT_EQ(run({"roles", "remove", "north"}).code, 0);
    EXPECT_EQ(run({"roles", "paint"}).code, 2);
}

TEST_F(AcsctlTest, TheAuditTrailIsShownAndAChangedOneIsAFailure)
{
    EXPECT_EQ(run({"roles", "add", "north", "devices.read"}).code, 0);
    auto const list = run({"audit", "--action", "role."});
    EXPECT_THAT(list.out, HasSubstr("role.added"));
    EXPECT_EQ(run({"audit", "verify"}).code, 0);
    audit_.records.front().entry.by = "otto";
    auto const changed = run({"audit", "verify"});
    EXPECT_EQ(changed.code, 1);
    EXPECT_THAT(changed.out, HasSubstr("entry 1"));
}

TEST_F(AcsctlTest, RulesAreCheckedAppliedAndShown)
{
    auto const folder = folder_ / "rules";
    fs::create_directories(folder);
    std::ofstream{folder / "wifi.sql"} << "-- rule: wifi\n";
    std::ofstream{folder / "notes.txt"} << "wrong";
    EXPECT_EQ(run({"rules", "check", folder}).code, 0);
    auto const dry = run({"rules", "apply", folder, "--dry-run"});
    EXPECT_EQ(dry.out, "added wifi\n0 unchanged; nothing was applied\n") << dry.error;
    EXPECT_EQ(run({"rules", "apply", folder, "--reason", "tariff"}).out, "added wifi\n0 unchanged; in force\n");
    EXPECT_THAT(run({"rules"}).out, HasSubstr("wifi"));
    EXPECT_THAT(run({"rules", "show", "wifi"}).out, HasSubstr("by test: tariff\n\n-- rule: wifi\n"));
    EXPECT_EQ(run({"rules", "show", "other"}).code, 1);
    std::ofstream{folder / "bad.sql"} << "wrong";
    auto const checked = run({"rules", "check", folder});
    EXPECT_EQ(checked.code, 1);
    EXPECT_EQ(checked.error, "bad.sql:3:12: this is wrong. Write it right.\n");
    EXPECT_EQ(run({"rules", "apply", folder}).code, 1);
    EXPECT_EQ(run({"rules", "apply"}).code, 2);
    EXPECT_EQ(run({"rules", "check", folder / "none.sql"}).code, 2);
}

TEST_F(AcsctlTest, AFileOrAnEmptyFolderIsNotAppliedByMistake)
{
    auto const folder = folder_ / "rules";
    fs::create_directories(folder);
    std::ofstream{folder / "wifi.sql"} << "-- rule: wifi\n";
    ASSERT_EQ(run({"rules", "apply", folder}).code, 0);
    auto const file = run({"rules", "apply", folder / "wifi.sql"});
    EXPECT_EQ(file.code, 2);
    EXPECT_THAT(file.error, HasSubstr("is a file"));
    fs::remove(folder / "wifi.sql");
    auto const empty = run({"rules", "apply", folder});
    EXPECT_EQ(empty.code, 2);
    EXPECT_THAT(empty.error, HasSubstr("would remove all"));
    EXPECT_EQ(run({"rules", "apply", folder, "--remove-all"}).out, "0 unchanged; in force\n");
}

TEST_F(AcsctlTest, ThePagesOfAPreviewAreAddedUp)
{
    std::ofstream{folder_ / "wifi.sql"} << "-- rule: wifi\n";
    rules_.page.devices = 2;
    rules_.page.devices_changed = 1;
    rules_.page.changes.push_back({"wifi", "set", "Device.X", 1, 1, {{domain::DeviceKey{7}, "a", "b"}}});
    rules_.page.next = domain::DeviceKey{7};
    auto const preview = run({"rules", "preview", folder_ / "wifi.sql"});
    EXPECT_EQ(preview.code, 0) << preview.error;
    EXPECT_THAT(preview.out, StartsWith("4 devices looked at, 2 would change, 0 would be told to reboot or download\n"
                                        "wifi: set Device.X: 2 to change, 2 in place\n    device 7: \"a\" -> \"b\"\n"));
}

TEST_F(AcsctlTest, WhoWatchesAPreviewSeesHowFarItIs)
{
    std::ofstream{folder_ / "wifi.sql"} << "-- rule: wifi\n";
    rules_.page.devices = 2;
    rules_.page.fleet = 4;
    rules_.page.next = domain::DeviceKey{7};
    EXPECT_EQ(run({"rules", "preview", folder_ / "wifi.sql", "--where", "true"}).error, "");
    watched_ = true;
    EXPECT_THAT(run({"rules", "preview", folder_ / "wifi.sql"}).error, StartsWith("\r2 of 4 devices, 0 would change"));
    EXPECT_EQ(run({"rules", "preview", folder_ / "wifi.sql", "--where", "wrong"}).code, 1);
}

TEST_F(AcsctlTest, RulesAreUndonePausedAndExported)
{
    auto const folder = folder_ / "rules";
    fs::create_directories(folder);
    std::ofstream{folder / "wifi.sql"} << "-- rule: wifi\n";
    ASSERT_EQ(run({"rules", "apply", folder}).code, 0);
    EXPECT_THAT(run({"rules", "history"}).out, HasSubstr("by anna: because\n    added wifi\n"));
    EXPECT_THAT(run({"rules", "history", "wifi"}).out, HasSubstr("version 1 of"));
    EXPECT_THAT(run({"rules", "rollback", "1", "--dry-run"}).out, HasSubstr("nothing was applied"));
    EXPECT_EQ(run({"rules", "rollback", "9"}).code, 1);
    EXPECT_EQ(run({"rules", "pause"}).code, 2) << "why?";
    EXPECT_EQ(run({"rules", "pause", "--reason", "outage"}).out, "all rules paused\n");
    EXPECT_EQ(rules_.paused->reason, "outage");
    EXPECT_EQ(run({"rules", "resume"}).code, 0);
    EXPECT_FALSE(rules_.paused);
    EXPECT_EQ(run({"rules", "pause", "wifi", "--reason", "x"}).out, "wifi paused\n");
    EXPECT_TRUE(rules_.versions["wifi"].front().paused);
    EXPECT_EQ(run({"rules", "pause", "other", "--reason", "x"}).code, 1);
}

TEST_F(AcsctlTest, AnExportWritesTheFilesInForceAndNothingOutsideTheFolder)
{
    rules_.epoch = 1;
    auto const version = [&](std::string const& rule, std::string const& file) {
        rules_.versions[rule] = {{1, rule, 1, file, "-- rule: " + rule + "\n", {}, "", "", {}}};
    };
    version("wifi", "wifi.sql");
    version("evil", "../../evil.sql");
    version("hidden", ".bashrc");
    version("twin", "wifi.sql");
    auto const out = folder_ / "out";
    fs::create_directories(out);
    std::ofstream{out / "old.sql"} << "-- rule: old\n";
    auto const written = run({"rules", "export", out});
    EXPECT_EQ(written.out, "4 rules of epoch 1 written\n") << written.error;
    EXPECT_THAT(written.error, HasSubstr("old.sql is not in force"));
    for (auto const* const name : {"wifi.sql", "wifi-2.sql", "evil.sql", "hidden.sql"})
        EXPECT_TRUE(fs::exists(out / name)) << name;
    EXPECT_FALSE(fs::exists(folder_.parent_path() / "evil.sql"));
    EXPECT_FALSE(fs::exists(folder_ / "evil.sql"));
}

TEST_F(AcsctlTest, ADeviceIsExplained)
{
    using enum domain::WishState;
    auto& wishes = rules_.explanation.wishes;
    wishes = {{"wifi", 3, 200, "set", "Device.X", "b", "a", "", waits},
              {"old", 2, 100, "set", "Device.X", "c", "a", "wifi"},
              {"wifi", 3, 200, "set", "Device.Y", "1", "1", "", in_place}};
    wishes[0].attempts = 3;
    wishes[0].told = "9007 invalid value";
    wishes[0].next_try = base::TimePoint{std::chrono::seconds{1'700'000'000}};
    rules_.explanation.matched = {"old", "wifi"};
    rules_.explanation.quarantined = {AcsctlTest::given_up("Device.Z")};
    rules_.explanation.next_session = {{"SetParameterValues", {"Device.X = b"}}};
    auto const told = run({"explain", device_});
    EXPECT_EQ(told.code, 0) << told.error;
    EXPECT_EQ(told.out, "Device.X\n"
                        "    reported  \"a\"\n"
                        "    wanted    \"b\" by rule wifi (version 3, priority 200)\n"
                        "    standing  tried again 2023-11-14 22:13:20 UTC; tried 3 times; the device answered 9007 "
                        "invalid value\n"
                        "    overruled \"c\" by rule old (version 2, priority 100)\n"
                        "Device.Y\n"
                        "    reported  \"1\"\n"
                        "    wanted    \"1\" by rule wifi (version 3, priority 200)\n"
                        "    standing  is so\n"
                        "Given up (a new version of the rule tries it again, and so does acsctl rules release):\n"
                        "    Device.Z of rule wifi, since 2023-11-14 22:13:20 UTC: it did not stay {\"attempts\":5}\n"
                        "The next session sends:\n"
                        "    1. SetParameterValues\n"
                        "           Device.X = b\n"
                        "Rules that match: old, wifi\n");
    EXPECT_THAT(run({"explain", device_, "Device.Y"}).out, Not(HasSubstr("Device.X\n")));
    wishes = {{"ports", 4, 100, "ensure", "Device.NAT.PortMapping.", R"({"keys":{"Port":"80"},"set":{"To":"8"}})"}};
    EXPECT_THAT(run({"explain", device_}).out, HasSubstr("an instance of Device.NAT.PortMapping.\n"
                                                         "    wanted    Port = 80; then To = 8 by rule ports"));
    EXPECT_THAT(run({"explain", device_, "Device.None"}).out, HasSubstr("No rule wants anything of Device.None."));
}

TEST_F(AcsctlTest, WhatRulesGaveUpIsListedAndReleased)
{
    rules_.given_up = {given_up("Device.X"), given_up("Device.Y")};
    EXPECT_THAT(run({"rules", "quarantine"}).out, HasSubstr("Device.X"));
    EXPECT_THAT(run({"rules", "quarantine", "--rule", "wifi"}).out, HasSubstr("it did not stay"));
    EXPECT_THAT(run({"rules", "quarantine", "--rule", "other", "--device", device_}).out, Not(HasSubstr("Device.X")));
    EXPECT_EQ(run({"rules", "release"}).code, 2);
    EXPECT_EQ(run({"rules", "release", device_, "wifi", "Device.None"}).code, 1);
    EXPECT_EQ(run({"rules", "release", "--rule", "wifi"}).out, "2 released; tried again when the device informs\n");
    EXPECT_TRUE(rules_.given_up.empty());
}

TEST_F(AcsctlTest, TagsAndGroupsAreKept)
{
    EXPECT_THAT(run({"tag", device_, "gold", "a b"}).out, HasSubstr("a b, old"));
    EXPECT_EQ(run({"untag", device_, "old"}).code, 0);
    ASSERT_EQ(admin_.changes.size(), 3U);
    EXPECT_EQ(admin_.changes[2].second.remove_tags, std::vector<std::string>{"old"});
    EXPECT_EQ(run({"tag", device_, std::string(70, 'x')}).code, 1);
    EXPECT_EQ(run({"groups", "add", "all", "--where", "HG-1000", "--description", "every gateway"}).code, 0);
    EXPECT_THAT(run({"groups"}).out, AllOf(HasSubstr("all"), HasSubstr("every gateway")));
    EXPECT_THAT(run({"groups", "show", "all"}).out, HasSubstr("S3"));
    EXPECT_THAT(run({"devices", "--group", "all"}).out, HasSubstr("S3"));
    EXPECT_EQ(run({"devices", "--group", "none"}).code, 1);
    EXPECT_EQ(run({"groups", "change", "all", "--where", "STB"}).code, 0);
    EXPECT_EQ(groups_.all.at("all").condition, "STB");
    EXPECT_EQ(run({"groups", "remove", "all"}).code, 0);
    EXPECT_EQ(run({"groups", "remove", "all"}).code, 1);
    EXPECT_EQ(run({"groups", "what"}).code, 2);
    EXPECT_EQ(run({"tags", "remove", "gold"}).code, 0);
    EXPECT_EQ(jobs_.all.at(1).job.order.where, "'gold' = any(tags)");
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

TEST_F(AcsctlTest, DevicesAreListedForPeople)
{
    auto const listed = run({"devices"});
    EXPECT_EQ(listed.code, 0) << listed.error;
    EXPECT_THAT(listed.out, StartsWith("ID"));
    EXPECT_THAT(listed.out, HasSubstr(device_));
    EXPECT_THAT(listed.out, HasSubstr("\\x1b[1m")) << "what devices tell is made harmless";
    EXPECT_EQ(listed.out.find('\x1b'), std::string::npos);
}

TEST_F(AcsctlTest, AListStopsAtItsLimitAndSaysSo)
{
    auto const some = run({"devices", "--limit", "2", "--json"});
    EXPECT_EQ(std::ranges::count(some.out, '\n'), 2);
    EXPECT_THAT(some.error, HasSubstr("more than 2"));
    auto const all = run({"devices", "--limit", "0", "--json"});
    EXPECT_EQ(std::ranges::count(all.out, '\n'), 3);
    EXPECT_EQ(all.error, "");
    EXPECT_EQ(boost::json::parse(all.out.substr(0, all.out.find('\n'))).at("id").as_string(), device_);
}

TEST_F(AcsctlTest, AConditionIsHandedOnAndItsFaultTold)
{
    EXPECT_EQ(run({"devices", "--where", "HG-1000", "--json", "--limit", "1"}).code, 0);
    auto const refused = run({"devices", "--where", "a;b"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.error, AllOf(StartsWith("acsctl: "), HasSubstr("column 5")));
}

TEST_F(AcsctlTest, OneDeviceIsShownOnOneScreen)
{
    auto const shown = run({"device", device_});
    EXPECT_EQ(shown.code, 0) << shown.error;
    EXPECT_THAT(shown.out,
                AllOf(HasSubstr("What is wrong"), HasSubstr("it was never heard from"), HasSubstr("state ")));
    auto const unknown = run({"device", "00D09E-HG%2D1000-S9"});
    EXPECT_EQ(unknown.code, 1);
    EXPECT_THAT(unknown.error, HasSubstr("There is no device"));
}

TEST_F(AcsctlTest, ParametersAreListedBelowAPath)
{
    inventory_.add(domain::DeviceKey{1}, {.path = "Device.A", .value = "1", .type = "xsd:int"});
    inventory_.add(domain::DeviceKey{1}, {.path = "Device.B.C", .value = "2"});
    auto const listed = run({"parameters", device_, "Device.B."});
    EXPECT_EQ(listed.code, 0) << listed.error;
    EXPECT_THAT(listed.out, HasSubstr("Device.B.C"));
    EXPECT_EQ(listed.out.find("Device.A"), std::string::npos);
}

TEST_F(AcsctlTest, ATaskThatNobodyWaitsForIsQueued)
{
    auto const queued = run({"set", device_, "Device.A=1"});
    EXPECT_EQ(queued.code, 0) << queued.error;
    EXPECT_EQ(queued.out, first_task_ + " queued\n");
    EXPECT_EQ(run({"set", device_, "WiFi=1"}).code, 1);
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

TEST_F(AcsctlTest, ADownloadUploadsALocalFileFirst)
{
    auto const path = folder_ / "fw-2.bin";
    std::ofstream{path} << std::string(300'000, 'x');
    auto const queued = run({"download", device_, path.string(), "--version", "2.0", "--json"});
    EXPECT_EQ(queued.code, 0) << queued.error;
    ASSERT_EQ(directory_.contents.size(), 1u);
    EXPECT_EQ(directory_.contents.begin()->second.size(), 300'000u);
    auto const arguments = boost::json::parse(queued.out).at("arguments");
    EXPECT_EQ(arguments.at("file").as_string(), "1");
    EXPECT_EQ(arguments.at("expected_version").as_string(), "2.0");
}

TEST_F(AcsctlTest, ADownloadFindsAStoredFileByIdAndByName)
{
    auto const path = folder_ / "web.bin";
    std::ofstream{path} << "x";
    EXPECT_EQ(run({"file-add", path.string(), "--type", "web", "--name", "w1"}).code, 0);
    EXPECT_THAT(run({"files"}).out, AllOf(HasSubstr("w1"), HasSubstr("2 Web Content")));
    for (auto const* file : {"w1", "1"})
        EXPECT_THAT(run({"download", device_, file, "--json"}).out, HasSubstr(R"("file_type":"2 Web Content")"))
            << file;
    auto const unknown = run({"download", device_, "w2"});
    EXPECT_EQ(unknown.code, 1);
    EXPECT_THAT(unknown.error, HasSubstr("neither a local file"));
    EXPECT_EQ(run({"file-delete", "w1"}).code, 0);
    EXPECT_TRUE(directory_.contents.empty());
}

TEST_F(AcsctlTest, WakeTellsWhetherTheDeviceCame)
{
    EXPECT_EQ(run({"wake", device_}).code, 0);
    waker_.outcome = {true, "", false, "udp"};
    EXPECT_THAT(run({"wake", device_}).out, HasSubstr("asked by udp"));
    waker_.outcome = {false, "401 wrong credentials", false, "http", "it comes at noon"};
    auto const asleep = run({"wake", device_});
    EXPECT_EQ(asleep.code, 1);
    EXPECT_THAT(asleep.error, HasSubstr("not reached by http: 401 wrong credentials; it comes at noon"));
}

TEST_F(AcsctlTest, ReachabilityShowsEachMethodAndTheLastAttempts)
{
    reachability_.shown->methods = {{"http", true, ""}, {"udp", false, "no binding is known"}};
    reachability_.shown->facts.known.attempts = {
        {"http", base::TimePoint{}, domain::WakeResult::refused, "connection refused", std::chrono::milliseconds{12}}};
    auto const told = run({"reachability", device_});
    EXPECT_EQ(told.code, 0);
    EXPECT_THAT(told.out, AllOf(HasSubstr("udp     no       no binding is known"), HasSubstr("connection refused")));
}

TEST_F(AcsctlTest, AWrongTokenIsToldWithTheServer)
{
    auto const refused = run({"devices"}, {}, "wrong");
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.error, AllOf(HasSubstr("refused the token"), HasSubstr("127.0.0.1")));
}

TEST_F(AcsctlTest, EveryBadFieldIsTold)
{
    auto const refused = run({"set", device_, "WiFi=1", "Device.B.=2"});
    EXPECT_THAT(refused.error, AllOf(HasSubstr("values.WiFi: "), HasSubstr("values.Device.B.: ")));
}

TEST_F(AcsctlTest, AServerThatIsNotThereIsNamed)
{
    auto const lost = run({"version"}, "http://127.0.0.1:1");
    EXPECT_EQ(lost.code, 1);
    EXPECT_THAT(lost.error, HasSubstr("http://127.0.0.1:1"));
    EXPECT_EQ(run({"version"}, "ftp://x").code, 2);
    EXPECT_EQ(run({"version"}, "http://x/path").code, 2);
}

TEST_F(AcsctlTest, SpeaksTlsWithAnAuthorityOfOurOwn)
{
    auto const made = *net::make_certificates(folder_.string(), {"127.0.0.1"});
    net::TlsServerSettings settings;
    settings.certificates = {made.ecdsa, made.rsa};
    listen("tls", *net::TlsServerContext::create(settings));
    auto const url = fmt::format("https://127.0.0.1:{}", server_.local_port("tls"));
    auto const trusted = run({"version", "--json", "--ca", made.ca_file}, url);
    EXPECT_EQ(trusted.code, 0) << trusted.error;
    EXPECT_THAT(trusted.out, HasSubstr("1.2.3"));
    auto const stranger = run({"version"}, url);
    EXPECT_EQ(stranger.code, 1);
    EXPECT_THAT(stranger.error, HasSubstr("certificate"));
    EXPECT_EQ(run({"version", "--ca", (folder_ / "none.pem").string()}, url).code, 2);
}

TEST_F(AcsctlTest, DevicesAreMergedAndTheirStateIsSet)
{
    EXPECT_EQ(run({"device", "merge", device_, "00D09E-HG%2D1000-S2"}).code, 0);
    ASSERT_EQ(admin_.merges.size(), 1u);
    EXPECT_EQ(admin_.merges[0].second, domain::DeviceKey{2});
    EXPECT_EQ(run({"device", "state", device_, "active"}).code, 0);
    EXPECT_EQ(run({"device", "time-zone", device_, "Europe/Berlin"}).code, 0);
    ASSERT_EQ(admin_.changes.size(), 2u);
    EXPECT_EQ(admin_.changes[0].second.state, domain::DeviceState::active);
    EXPECT_EQ(admin_.changes[1].second.time_zone, "Europe/Berlin");
    EXPECT_EQ(run({"device", "merge", device_}).code, 2);
    EXPECT_EQ(run({"device", device_, "active"}).code, 2);
}

TEST_F(AcsctlTest, AProposalToMergeIsShown)
{
    admin_.proposals = {{"Acme", "00D09E", "HG-1000v2", "S1"}};
    EXPECT_THAT(run({"device", device_}).out, HasSubstr("HG%2D1000v2"));
}

TEST_F(AcsctlTest, PromotedPatternsAreListedAddedAndRemoved)
{
    EXPECT_EQ(run({"promoted", "add", "Device.WiFi.SSID.{i}.SSID", "--reason", "support"}).code, 0);
    EXPECT_EQ(promotions_.patterns.at("Device.WiFi.SSID.{i}.SSID").reason, "support");
    EXPECT_THAT(run({"promoted"}).out, HasSubstr("Device.WiFi.SSID.{i}.SSID"));
    EXPECT_EQ(run({"promoted", "remove", "Device.WiFi.SSID.{i}.SSID"}).code, 0);
    EXPECT_TRUE(promotions_.patterns.empty());
    EXPECT_EQ(run({"promoted", "remove", "Device.WiFi.SSID.{i}.SSID"}).code, 1);
    EXPECT_EQ(run({"promoted", "change"}).code, 2);
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

}  // namespace
