#include "cli/device_page.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

boost::json::object parsed(char const* text)
{
    return boost::json::parse(text).as_object();
}

class DevicePageTest : public testing::Test {
protected:
    DevicePageTest()
    {
        facts.device =
            parsed(R"({"id":"00D09E-HG-S1","manufacturer":"Nordlys","model_name":"HG","software_version":"2.0",
            "hardware_version":"1","provisioning_code":"","state":"active","subscriber":null,"tags":["gold"],
            "ip_address":"192.0.2.1","first_seen":"2026-01-01T00:00:00Z","last_inform":"2026-03-01T11:58:00Z",
            "last_boot":null,"last_events":["2 PERIODIC"],"automation_stopped":null,"parameters":812})");
        facts.reachability = parsed(R"({"in_session":false,"best_method":"http","model_method":"http",
            "reached_at":"2026-02-28T12:00:00Z","failed_in_row":0,"failed_at":null,"postponed":null,
            "next_inform":"2026-03-01T12:58:00Z","outlook":"it comes by itself in 58 min",
            "methods":[{"method":"http","applies":true,"why_not":null},
                       {"method":"udp","applies":false,"why_not":"it has no binding"}],"attempts":[]})");
    }

    std::string page() { return cli::device_page(facts, noon, 0); }

    base::TimePoint const noon = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours{12};
    cli::DeviceFacts facts;
};

TEST_F(DevicePageTest, SaysThatNothingIsWrongWithADeviceThatIsWell)
{
    EXPECT_THAT(cli::troubles_of(facts, noon), IsEmpty());
    EXPECT_THAT(page(),
                AllOf(HasSubstr("nothing that is known here"), HasSubstr("(2 min ago)"), HasSubstr("2 PERIODIC"),
                      HasSubstr("udp: it has no binding"), HasSubstr("http: possible"), HasSubstr("gold")));
}

TEST_F(DevicePageTest, TellsThatADeviceIsLateAndWhyItCouldNotBeWoken)
{
    (*facts.reachability)["next_inform"] = "2026-03-01T10:00:00Z";
    (*facts.reachability)["failed_in_row"] = 3;
    (*facts.reachability)["attempts"] = boost::json::parse(
        R"([{"method":"http","at":"2026-03-01T11:59:30Z","outcome":"refused","cause":"connection refused","milliseconds":9}])");
    EXPECT_THAT(cli::troubles_of(facts, noon),
                ElementsAre("it is late: its Inform was due 2 h ago",
                            "it could not be woken 3 times in a row: connection refused"));
    EXPECT_THAT(page(), HasSubstr("30 s ago over http: connection refused"));
}

TEST_F(DevicePageTest, DoesNotCallADeviceLateThatIsInASession)
{
    (*facts.reachability)["next_inform"] = "2026-03-01T10:00:00Z";
    (*facts.reachability)["in_session"] = true;
    EXPECT_THAT(cli::troubles_of(facts, noon), IsEmpty());
}

TEST_F(DevicePageTest, TellsTheLastFaultAndWhatRulesGaveUp)
{
    facts.failed_tasks = {parsed(R"({"id":"7","kind":"reboot","updated":"2026-02-27T12:00:00Z","fault":null})"),
                          parsed(R"({"id":"9","kind":"set","updated":"2026-03-01T11:00:00Z",
                                     "fault":{"code":9007,"text":"Invalid value"}})")};
    facts.explanation =
        parsed(R"({"wishes":[{"kind":"set","path":"Device.X","wanted":"1","rule":"wifi","state":"waiting"}],
        "quarantined":[{"rule":"wifi","reason":"it did not stay"}]})");
    EXPECT_THAT(cli::troubles_of(facts, noon),
                ElementsAre("its last task that failed (set, 60 min ago): 9007 Invalid value",
                            "rule wifi is given up for it: it did not stay"));
    EXPECT_THAT(page(), AllOf(HasSubstr("(task 9): 9007 Invalid value"), HasSubstr("(task 7): no reason was told"),
                              HasSubstr("set Device.X = \"1\" by wifi: waiting")));
}

TEST_F(DevicePageTest, NamesThePartsThatOneMayNotRead)
{
    facts.reachability.reset();
    facts.withheld = {"reachability", "tasks"};
    EXPECT_THAT(page(), HasSubstr("You may not read: reachability, tasks"));
}

TEST_F(DevicePageTest, MakesForeignTextHarmless)
{
    facts.device["model_name"] = "HG\x1b[31m";
    EXPECT_THAT(page(), Not(HasSubstr("\x1b")));
}

TEST(HowLongAgo, GrowsCoarserWithTheDistance)
{
    auto const noon = base::TimePoint{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}} + std::chrono::hours{12};
    EXPECT_EQ(cli::how_long_ago("2026-03-01T12:00:00Z", noon), "now");
    EXPECT_EQ(cli::how_long_ago("2026-03-01T11:59:10Z", noon), "50 s ago");
    EXPECT_EQ(cli::how_long_ago("2026-03-01T12:30:00Z", noon), "in 30 min");
    EXPECT_EQ(cli::how_long_ago("2026-02-20T12:00:00Z", noon), "9 days ago");
    EXPECT_EQ(cli::how_long_ago("", noon), "never");
}

}  // namespace
