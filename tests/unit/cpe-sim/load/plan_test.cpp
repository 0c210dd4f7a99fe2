#include "load/plan.hpp"

#include <gtest/gtest.h>

#include <set>

namespace {

sim::Scenario scenario(std::string const& phase, std::uint64_t seed = 1)
{
    auto read = sim::parse_scenario("[run]\nseed = " + std::to_string(seed) +
                                        "\n[[fleet]]\nname = \"a\"\ncount = 7\n[[fleet]]\nname = \"b\"\ncount = "
                                        "1000\nregions = 3\n[[phase]]\nfleet = \"b\"\n" +
                                        phase,
                                    "test.toml");
    EXPECT_TRUE(read) << read.error().what;
    return *read;
}

TEST(PlanTest, SameSeedSameTraceAnotherSeedAnotherTrace)
{
    for (auto const* phase :
         {"kind = \"storm\"\nover = 10\n", "kind = \"periodic\"\nrate = 50\nduration = 10\nramp = 5\n",
          "kind = \"periodic\"\ninterval = 3\njitter = 0.5\nduration = 10\n",
          "kind = \"periodic\"\nin_flight = 5\nsessions = 10\n"}) {
        EXPECT_EQ(sim::trace_hash(scenario(phase)), sim::trace_hash(scenario(phase)));
        EXPECT_NE(sim::trace_hash(scenario(phase)), sim::trace_hash(scenario(phase, 2)));
        EXPECT_EQ(sim::trace_hash(scenario(phase)).size(), 16U);
    }
    EXPECT_NE(sim::trace_hash(scenario("kind = \"storm\"\nover = 10\n")),
              sim::trace_hash(scenario("kind = \"value_change\"\nover = 10\n")));
}

TEST(PlanTest, EveryDeviceOfTheFleetHasOnePlaceAndNoOther)
{
    auto const s = scenario("kind = \"storm\"\nover = 10\n");
    sim::PhasePlan const plan{s, 0};
    std::set<std::uint32_t> seen;
    for (std::uint32_t place = 0; place < plan.devices(); ++place) {
        seen.insert(plan.device(place));
        EXPECT_EQ(plan.place(plan.device(place)), place);
        EXPECT_LT(plan.time_over(place), std::chrono::seconds{10});
    }
    EXPECT_EQ(seen.size(), 1000U);
    EXPECT_EQ(*seen.begin(), 7U);
    EXPECT_EQ(*seen.rbegin(), 1006U);
}

TEST(PlanTest, ARegionIsEveryNthDeviceAndAShareIsSomeOfThem)
{
    auto const s = scenario("kind = \"storm\"\nover = 10\nregion = 2\nshare = 0.5\n");
    sim::PhasePlan const plan{s, 0};
    EXPECT_EQ(plan.devices(), 167U);  // half of 333
    for (std::uint32_t place = 0; place < plan.devices(); ++place) {
        EXPECT_EQ((plan.device(place) - 7) % 3, 2U);
        EXPECT_EQ(plan.place(plan.device(place)), place);
    }
}

TEST(PlanTest, ARateGrowsOverItsRampAndThenStays)
{
    auto const s = scenario("kind = \"periodic\"\nrate = 100\nduration = 10\nramp = 4\n");
    sim::PhasePlan const plan{s, 0};
    std::uint64_t count = 0;
    auto last = std::chrono::microseconds{-1};
    std::uint64_t in_ramp = 0;
    for (; auto const time = plan.time_at_rate(count); ++count) {
        EXPECT_GE(*time, last);
        last = *time;
        in_ramp += *time < std::chrono::seconds{4};
    }
    EXPECT_EQ(count, 800U);  // 4 s at half the rate on average, 6 s at all of it
    EXPECT_NEAR(static_cast<double>(in_ramp), 200, 1);
}

TEST(PlanTest, AnIntervalComesAgainUntilThePhaseEnds)
{
    auto const s = scenario("kind = \"periodic\"\ninterval = 2\nduration = 10\n");
    sim::PhasePlan const plan{s, 0};
    for (std::uint32_t place = 0; place < 100; ++place) {
        std::uint32_t round = 0;
        while (plan.time_in_round(place, round))
            ++round;
        EXPECT_EQ(round, 5U);
        EXPECT_EQ(*plan.time_in_round(place, 3) - *plan.time_in_round(place, 1), std::chrono::seconds{4});
    }
}

TEST(PlanTest, SerialNumbersMayBeCountedInGivenDigits)
{
    auto const read = sim::parse_scenario("[[fleet]]\nname=\"a\"\nserial_prefix=\"X\"\nserial_digits=6\nfirst_serial="
                                          "100\n[[phase]]\nkind=\"storm\"\nover=1\n",
                                          "t");
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(sim::scenario_serial(*read, 5), "X000105");
}

}  // namespace
