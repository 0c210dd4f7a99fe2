#include "load/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <random>

namespace {

struct Fired {
    std::vector<std::uint64_t> due;
    std::vector<std::uint64_t> at;

    void advance(sim::TimerWheel& wheel, std::uint64_t now)
    {
        wheel.advance(now, [&](sim::TimerEntry const& entry) {
            due.push_back(entry.due);
            at.push_back(wheel.now());
        });
    }
};

TEST(TimerWheelTest, GivesEachEntryAtItsMillisecondHoweverFarAhead)
{
    sim::TimerWheel wheel;
    for (std::uint64_t const due :
         {1ULL, 255ULL, 256ULL, 257ULL, 65'535ULL, 65'536ULL, 70'000ULL, 16'777'216ULL, 17'000'001ULL})
        wheel.add({due});
    Fired fired;
    fired.advance(wheel, 20'000'000);
    EXPECT_EQ(fired.due, fired.at);
    EXPECT_EQ(fired.due.size(), 9U);
    EXPECT_EQ(wheel.size(), 0U);
}

TEST(TimerWheelTest, GivesNothingBeforeItsTimeAndEverythingOnce)
{
    sim::TimerWheel wheel;
    std::mt19937 random{7};
    for (int i = 0; i < 20'000; ++i)
        wheel.add({random() % 300'000});
    Fired fired;
    for (std::uint64_t now = 0; now <= 300'000; now += 1 + random() % 900)
        fired.advance(wheel, now);
    fired.advance(wheel, 300'000);
    EXPECT_EQ(fired.due.size(), 20'000U);
    EXPECT_TRUE(std::is_sorted(fired.due.begin(), fired.due.end()));
    EXPECT_EQ(fired.due, fired.at);
}

TEST(TimerWheelTest, GivesWhatIsOverdueWithTheNextAdvance)
{
    sim::TimerWheel wheel;
    Fired fired;
    fired.advance(wheel, 5'000);
    wheel.add({3});
    fired.advance(wheel, 5'000);
    EXPECT_EQ(fired.due, (std::vector<std::uint64_t>{3}));
}

TEST(TimerWheelTest, EntriesMayAddEntries)
{
    sim::TimerWheel wheel;
    wheel.add({10});
    int count = 0;
    wheel.advance(100, [&](sim::TimerEntry const& entry) {
        ++count;
        if (entry.due < 50)
            wheel.add({entry.due + 10});
    });
    EXPECT_EQ(count, 5);
}

TEST(TimerWheelTest, KeepsWhatLiesBeyondItsHorizon)
{
    sim::TimerWheel wheel;
    wheel.add({std::uint64_t{1} << 40, 42});
    Fired fired;
    fired.advance(wheel, 1'000'000);
    EXPECT_TRUE(fired.due.empty());
    EXPECT_EQ(wheel.size(), 1U);
}

}  // namespace
