#include "load/histogram.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

TEST(HistogramTest, HasNoPercentileOfNothing)
{
    sim::Histogram const histogram;
    EXPECT_EQ(histogram.count(), 0U);
    EXPECT_EQ(histogram.percentile(99), 0us);
    EXPECT_EQ(histogram.longest(), 0us);
}

TEST(HistogramTest, TellsSmallNumbersExactly)
{
    sim::Histogram histogram;
    for (int us = 1; us <= 50; ++us)
        histogram.add(std::chrono::microseconds{us});
    EXPECT_EQ(histogram.percentile(50), 25us);
    EXPECT_EQ(histogram.percentile(0), 1us);
    EXPECT_EQ(histogram.percentile(100), 50us);
}

TEST(HistogramTest, IsNeverTooShortAndAtMostOnePointSixPercentTooLong)
{
    for (std::int64_t us = 1; us < 60'000'000'000; us = us * 21 / 20 + 1) {
        sim::Histogram histogram;
        histogram.add(std::chrono::microseconds{us});
        histogram.add(20h);  // so that the percentile is not cut at the longest
        auto const told = histogram.percentile(50).count();
        ASSERT_GE(told, us);
        ASSERT_LE(static_cast<double>(told), static_cast<double>(us) * 1.016 + 1);
    }
}

TEST(HistogramTest, FindsTheTailOfMany)
{
    sim::Histogram histogram;
    for (int i = 0; i < 9'990; ++i)
        histogram.add(1ms);
    for (int i = 0; i < 10; ++i)
        histogram.add(3s);
    EXPECT_LE(histogram.percentile(99), 1016us);
    EXPECT_GE(histogram.percentile(99.95), 3s);
    EXPECT_EQ(histogram.longest(), 3s);
}

TEST(HistogramTest, TakesNonsenseWithoutHarm)
{
    sim::Histogram histogram;
    histogram.add(-1s);
    histogram.add(std::chrono::hours{10'000});
    EXPECT_EQ(histogram.count(), 2U);
    EXPECT_EQ(histogram.percentile(10), 0us);
    EXPECT_GT(histogram.percentile(100), 18h);
}

}  // namespace
