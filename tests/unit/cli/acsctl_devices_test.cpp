// acsctl. Devices: lists of them, what is shown of one, and what an operator changes about them.
#include "acsctl_fixture.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace cli_test;
using testing::AllOf;
using testing::Not;
using testing::StartsWith;

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

}  // namespace
