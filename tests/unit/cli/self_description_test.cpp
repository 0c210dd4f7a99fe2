#include "cli/invocation.hpp"
#include "cli/top_page.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;

std::string said(std::vector<std::string> arguments)
{
    auto const asked = cli::read_arguments(std::move(arguments));
    return asked ? "" : asked.error().text;
}

TEST(Completion, KnowsEveryCommandAndItsOptions)
{
    EXPECT_THAT(said({"completion", "bash"}),
                AllOf(HasSubstr("complete -F _acsctl acsctl"), HasSubstr("devices) words=\"--help --where"),
                      HasSubstr("--limit"), HasSubstr("top) words=")));
    EXPECT_THAT(said({"completion", "zsh"}), HasSubstr("bashcompinit"));
    EXPECT_THAT(said({"completion", "fish"}), HasSubstr("-a devices -d 'list devices'"));
}

TEST(Completion, SaysWhichShellsThereAre)
{
    EXPECT_EQ(cli::read_arguments({"completion", "tcsh"}).error().code, 2);
    EXPECT_THAT(said({"completion", "tcsh"}), HasSubstr("bash, zsh or fish"));
}

TEST(ManualPage, HasEveryCommandAndCannotBeBrokenByTheirTexts)
{
    auto const page = said({"man"});
    EXPECT_THAT(page, AllOf(HasSubstr(".TH ACSCTL 1"), HasSubstr(".SS devices"), HasSubstr(".SS reboot ID"),
                            HasSubstr("\\-\\-where"), HasSubstr("\\-\\-profile"), HasSubstr("ACS_PROFILE"),
                            HasSubstr("The keys server, token and ca"), HasSubstr(".SH EXIT STATUS")));
}

TEST(TopPage, ShowsHowFastCountersGrew)
{
    auto const before = boost::json::parse(R"({"devices":5,"open_tasks":1,"at":"t","counters":[
        {"name":"acs_rpcs_total","labels":"method=\"Reboot\"","value":10},
        {"name":"acs_rpcs_total","labels":"method=\"Download\"","value":0}]})")
                            .as_object();
    auto const now = boost::json::parse(R"({"devices":6,"open_tasks":0,"at":"t","counters":[
        {"name":"acs_rpcs_total","labels":"method=\"Reboot\"","value":14},
        {"name":"acs_rpcs_total","labels":"method=\"Download\"","value":2}]})")
                         .as_object();
    auto const page = cli::top_page(&before, now, std::chrono::seconds{2});
    EXPECT_THAT(page, AllOf(HasSubstr("RPCs to devices"), HasSubstr("3.0"), HasSubstr("16")));
}

TEST(TopPage, ACounterThatBeganAnewHasNoSpeed)
{
    auto const statistics = [](int count) {
        boost::json::object const counter{{"name", "acs_rpcs_total"}, {"labels", ""}, {"value", count}};
        return boost::json::object{{"devices", 5}, {"counters", boost::json::array{counter}}};
    };
    auto const before = statistics(5000);
    auto const page = cli::top_page(&before, statistics(14), std::chrono::seconds{2});
    EXPECT_THAT(page, AllOf(HasSubstr("14"), testing::Not(ContainsRegex(" -[0-9]"))));
}

TEST(TopPage, CountsSessionsThatEndedWellAndDevicesThatWereReached)
{
    auto const now = boost::json::parse(R"({"devices":6,"open_tasks":0,"at":"t","counters":[
        {"name":"acs_sessions_total","labels":"outcome=\"done\"","value":71},
        {"name":"acs_sessions_total","labels":"outcome=\"failed\"","value":2},
        {"name":"acs_session_refusals_total","labels":"reason=\"unauthorized\"","value":73},
        {"name":"acs_session_refusals_total","labels":"reason=\"full\"","value":3},
        {"name":"acs_wake_attempts_total","labels":"method=\"http\",outcome=\"reached\"","value":41},
        {"name":"acs_wake_attempts_total","labels":"method=\"udp\",outcome=\"reached\"","value":12},
        {"name":"acs_wake_attempts_total","labels":"method=\"http\",outcome=\"refused\"","value":5}]})")
                         .as_object();
    auto const page = cli::top_page(nullptr, now, std::chrono::seconds{0});
    EXPECT_THAT(page, AllOf(ContainsRegex("sessions completed +71\n"), ContainsRegex("sessions ended in all +73\n"),
                            ContainsRegex("logins asked for +73\n"), ContainsRegex("CPE requests refused +3\n"),
                            ContainsRegex("devices woken +53\n")));
}

}  // namespace
