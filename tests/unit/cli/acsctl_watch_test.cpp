// acsctl. What goes on: sessions and their traces, faults, statistics, events and webhooks.
#include "acsctl_fixture.hpp"

#include "domain/trace_text.hpp"
#include "net/compression.hpp"

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

namespace {

using namespace cli_test;
using testing::AllOf;
using testing::Not;

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

}  // namespace
