#include "load/scenario.hpp"

#include <gmock/gmock.h>

#include <filesystem>

namespace {

using testing::HasSubstr;

constexpr char const* good = R"(
[[fleet]]
name = "homes"
count = 100
[[phase]]
kind = "storm"
over = 10
)";

std::string problem_of(std::string const& text)
{
    auto const scenario = sim::parse_scenario(text, "test.toml");
    return scenario ? "" : scenario.error().what;
}

TEST(ScenarioTest, ReadsWhatItNeedsAndTakesDefaultsForTheRest)
{
    auto const scenario = sim::parse_scenario(good, "test.toml");
    ASSERT_TRUE(scenario) << scenario.error().what;
    EXPECT_EQ(scenario->devices(), 100U);
    EXPECT_EQ(scenario->max_connections, 8'000U);
    ASSERT_EQ(scenario->phases.size(), 1U);
    EXPECT_EQ(scenario->phases[0].kind, sim::PhaseKind::boot);
    EXPECT_EQ(scenario->phases[0].pacing, sim::Pacing::over);
    EXPECT_EQ(scenario->phases[0].end(), std::chrono::seconds{10});
}

TEST(ScenarioTest, EveryExampleCanBeLoaded)
{
    std::size_t count = 0;
    for (auto const& file : std::filesystem::directory_iterator{ACS_SOURCE_DIR "/config/load"}) {
        auto const scenario = sim::load_scenario(file.path());
        EXPECT_TRUE(scenario) << scenario.error().what;
        EXPECT_TRUE(!scenario || sim::check(*scenario));
        ++count;
    }
    EXPECT_GE(count, 5U);
}

TEST(ScenarioTest, NamesKeyAndLineOfWhatIsWrong)
{
    EXPECT_THAT(problem_of(std::string{good} + "overr = 3\n"), HasSubstr("phase[1].overr (line 8) does not exist"));
    EXPECT_THAT(problem_of("[run]\nseed = \"x\"\n" + std::string{good}), HasSubstr("run.seed (line 2) must be"));
    EXPECT_THAT(problem_of("[rum]\n" + std::string{good}), HasSubstr("[rum] (line 1) does not exist"));
    EXPECT_THAT(problem_of("[run\n"), HasSubstr("test.toml line 1"));
}

TEST(ScenarioTest, TellsEverythingThatIsWrongAtOnce)
{
    auto const problem = problem_of(R"(
[acs]
login = "maybe"
[[fleet]]
name = "a"
count = 0
personas = ["toaster"]
devices = "whole"
faults = { drop = 0.7, wrong = 0.6 }
[[phase]]
kind = "riot"
fleet = "b"
rate = 0
)");
    EXPECT_THAT(problem, HasSubstr("acs.login (line 3) must be one of: none, basic, digest"));
    EXPECT_THAT(problem, HasSubstr("fleet[1].count (line 6)"));
    EXPECT_THAT(problem, HasSubstr("there is no \"toaster\""));
    EXPECT_THAT(problem, HasSubstr("fleet[1].faults.drop (line 9) must be so that all shares together are at most 1"));
    EXPECT_THAT(problem, HasSubstr("phase[1].kind (line 11) must be one of: periodic, storm"));
    EXPECT_THAT(problem, HasSubstr("phase[1].fleet (line 12)"));
    EXPECT_THAT(problem, HasSubstr("phase[1].rate (line 13) must be more than 0"));
}

TEST(ScenarioTest, APhaseHasExactlyOnePacing)
{
    EXPECT_THAT(problem_of(std::string{good} + "rate = 3\n"), HasSubstr("exactly one of the four"));
    EXPECT_THAT(problem_of("[[fleet]]\nname=\"a\"\n[[phase]]\nkind=\"periodic\"\n"),
                HasSubstr("exactly one of the four"));
    EXPECT_THAT(problem_of("[[fleet]]\nname=\"a\"\n[[phase]]\nkind=\"periodic\"\nrate=3\n"),
                HasSubstr("phase[1].duration must be more than 0 seconds"));
}

TEST(ScenarioTest, NeedsFleetsAndPhases)
{
    EXPECT_THAT(problem_of(""), HasSubstr("at least one [[fleet]] is needed"));
    EXPECT_THAT(problem_of(""), HasSubstr("at least one [[phase]] is needed"));
    EXPECT_THAT(problem_of("fleet = 3\nphase = []\n"), HasSubstr("at least one [[fleet]] is needed"));
}

TEST(ScenarioTest, HasNoMoreDevicesThanItCanNumber)
{
    EXPECT_THAT(problem_of("[[fleet]]\nname=\"a\"\ncount=4000000\n[[fleet]]\nname=\"b\"\ncount=4000000\n"),
                HasSubstr("at most 5000000 devices"));
}

TEST(ScenarioTest, FindsTheFleetOfEachDevice)
{
    auto const scenario = sim::parse_scenario(R"(
[[fleet]]
name = "a"
count = 3
[[fleet]]
name = "b"
count = 2
[[phase]]
kind = "periodic"
fleet = "b"
over = 1
)",
                                              "test.toml");
    ASSERT_TRUE(scenario) << scenario.error().what;
    EXPECT_EQ(scenario->group_of(2).name, "a");
    EXPECT_EQ(scenario->group_of(3).name, "b");
    EXPECT_EQ(scenario->group_of(4).name, "b");
}

}  // namespace
