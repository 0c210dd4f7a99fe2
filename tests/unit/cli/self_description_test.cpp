#include "cli/invocation.hpp"
#include "cli/top_page.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace {

using testing::AllOf;
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
                            HasSubstr("\\-\\-where"), HasSubstr(".SH EXIT STATUS")));
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

}  // namespace
