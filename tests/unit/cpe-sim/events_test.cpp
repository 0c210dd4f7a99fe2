#include "device/events.hpp"
#include "device/inform_schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

std::vector<std::string> codes(sim::EventQueue const& queue)
{
    std::vector<std::string> found;
    for (auto const& event : queue.for_inform())
        found.push_back(event.code);
    return found;
}

TEST(EventQueue, HasSingleEventsOnceAndKeyedOnesOncePerKey)
{
    sim::EventQueue queue;
    for (int i = 0; i < 2; ++i) {
        queue.raise("2 PERIODIC");
        queue.raise("M Reboot", "a");
        queue.raise("M Reboot", "b");
    }
    EXPECT_THAT(codes(queue), ElementsAre("2 PERIODIC", "M Reboot", "M Reboot"));
}

TEST(EventQueue, AnAnsweredInformDeliversWhatItCarriedButNotTransfers)
{
    sim::EventQueue queue;
    queue.raise("1 BOOT");
    queue.raise("7 TRANSFER COMPLETE");
    queue.raise("M Download", "k");
    queue.raise("11 DU STATE CHANGE COMPLETE");
    auto const sent = queue.for_inform();
    queue.raise("6 CONNECTION REQUEST");  // after the Inform was sent
    queue.inform_answered(sent);
    EXPECT_THAT(codes(queue), ElementsAre("7 TRANSFER COMPLETE", "M Download", "11 DU STATE CHANGE COMPLETE",
                                          "6 CONNECTION REQUEST"));
    queue.reported("M Download", "other");
    queue.reported("M Download", "k");
    queue.reported("7 TRANSFER COMPLETE");
    EXPECT_THAT(codes(queue), ElementsAre("11 DU STATE CHANGE COMPLETE", "6 CONNECTION REQUEST"));
}

TEST(EventQueue, AFailedSessionDropsOnlyConnectionRequests)
{
    sim::EventQueue queue;
    for (auto const* code : {"1 BOOT", "4 VALUE CHANGE", "6 CONNECTION REQUEST", "8 DIAGNOSTICS COMPLETE"})
        queue.raise(code);
    queue.session_failed();
    EXPECT_THAT(codes(queue), ElementsAre("1 BOOT", "4 VALUE CHANGE", "8 DIAGNOSTICS COMPLETE"));
}

TEST(EventQueue, ARebootDropsWhatLivesUntilThenAndKeepsTheRest)
{
    sim::EventQueue queue;
    for (auto const* code :
         {"0 BOOTSTRAP", "1 BOOT", "2 PERIODIC", "3 SCHEDULED", "4 VALUE CHANGE", "6 CONNECTION REQUEST",
          "7 TRANSFER COMPLETE", "8 DIAGNOSTICS COMPLETE", "M Reboot", "M ScheduleInform", "13 WAKEUP"})
        queue.raise(code);
    queue.rebooted();
    EXPECT_THAT(codes(queue), ElementsAre("0 BOOTSTRAP", "2 PERIODIC", "3 SCHEDULED", "7 TRANSFER COMPLETE", "M Reboot",
                                          "M ScheduleInform"));
}

TEST(EventQueue, ABootstrapDropsEverythingElse)
{
    sim::EventQueue queue;
    queue.raise("2 PERIODIC");
    queue.raise("M Reboot", "a");
    queue.bootstrapped();
    EXPECT_THAT(codes(queue), ElementsAre("0 BOOTSTRAP"));
}

TEST(EventQueue, AnInformCarriesAtMost64)
{
    sim::EventQueue queue;
    for (int i = 0; i < 100; ++i)
        queue.raise("M Reboot", std::to_string(i));
    EXPECT_EQ(queue.for_inform().size(), 64u);
    queue.inform_answered(queue.for_inform());
    EXPECT_EQ(queue.for_inform().size(), 36u);
}

TEST(RetryPolicy, HasTheWaitsOfTheTable)
{
    double const table[][2] = {{5, 10},    {10, 20},    {20, 40},     {40, 80},     {80, 160},   {160, 320},
                               {320, 640}, {640, 1280}, {1280, 2560}, {2560, 5120}, {2560, 5120}};
    for (unsigned n = 1; n <= 11; ++n) {
        auto const bounds = sim::retry_bounds(n);
        EXPECT_DOUBLE_EQ(bounds.least.count(), table[n - 1][0]) << n;
        EXPECT_DOUBLE_EQ(bounds.most.count(), table[n - 1][1]) << n;
    }
    EXPECT_DOUBLE_EQ(sim::retry_bounds(3, 10, 1500).most.count(), 33.75);
}

TEST(RetryPolicy, DrawsWithinTheBoundsAndTheSameForTheSameSeed)
{
    sim::Dice dice{1}, same{1}, other{2};
    auto const first = sim::draw_wait(sim::retry_bounds(1), dice);
    EXPECT_EQ(first, sim::draw_wait(sim::retry_bounds(1), same));
    EXPECT_NE(first, sim::draw_wait(sim::retry_bounds(1), other));
    for (int i = 0; i < 1000; ++i) {
        auto const wait = sim::draw_wait(sim::retry_bounds(2), dice);
        ASSERT_GE(wait, 10s);
        ASSERT_LE(wait, 20s);
    }
}

constexpr base::TimePoint noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h};

TEST(InformSchedule, KeepsThePhaseWhateverTheReferenceIs)
{
    EXPECT_EQ(sim::next_in_phase(noon, noon - 90s, 60s), noon + 30s);
    EXPECT_EQ(sim::next_in_phase(noon, noon + 90s, 60s), noon + 30s);
    EXPECT_EQ(sim::next_in_phase(noon, noon, 60s), noon + 60s);
}

TEST(InformSchedule, WithoutAPhaseDevicesSpreadOverTheInterval)
{
    std::set<base::TimePoint> first;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        sim::Dice dice{seed};
        sim::InformSchedule schedule;
        schedule.configure({true, 100s, {}}, noon, dice);
        EXPECT_GE(*schedule.next(), noon);
        EXPECT_LE(*schedule.next(), noon + 100s);
        first.insert(*schedule.next());
    }
    EXPECT_GT(first.size(), 40u);
}

TEST(InformSchedule, MissedPeriodsCountOnce)
{
    sim::Dice dice{1};
    sim::InformSchedule schedule;
    schedule.configure({true, 10s, noon}, noon, dice);
    EXPECT_FALSE(schedule.take_periodic(noon + 9s));
    EXPECT_TRUE(schedule.take_periodic(noon + 55s));
    EXPECT_FALSE(schedule.take_periodic(noon + 55s));
    EXPECT_EQ(schedule.next(), noon + 60s);
}

}  // namespace
