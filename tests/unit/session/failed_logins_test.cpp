#include "session/failed_logins.hpp"

#include <gtest/gtest.h>

#include <string>

namespace session {
namespace {

using namespace std::chrono_literals;

class FailedLoginsTest : public testing::Test {
protected:
    base::TimePoint now = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1};
    FailedLogins logins{
        {.free = 2, .first_delay = 250ms, .longest_delay = 1s, .span = 600s, .counted = 3, .delayed = 2}};
};

TEST_F(FailedLoginsTest, TheFirstFewAreFreeThenEachTakesTwiceAsLong)
{
    EXPECT_EQ(logins.note("a", "x", now), 0ms);
    EXPECT_EQ(logins.note("a", "x", now), 0ms);
    EXPECT_EQ(logins.note("a", "x", now), 250ms);
    EXPECT_EQ(logins.note("a", "x", now), 500ms);
    EXPECT_EQ(logins.note("a", "x", now), 1s);
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(logins.note("a", "x", now), 1s) << "never longer";
}

TEST_F(FailedLoginsTest, OneWhoTriesManyNamesIsKnownByHisAddress)
{
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(logins.note("a", "x" + std::to_string(i), now), 0ms);
    EXPECT_EQ(logins.note("a", "another", now), 250ms);
}

TEST_F(FailedLoginsTest, OneNameThatIsTriedFromManyAddressesIsKnownByItself)
{
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(logins.note("a" + std::to_string(i), "x", now), 0ms);
    EXPECT_EQ(logins.note("another", "x", now), 250ms);
}

TEST_F(FailedLoginsTest, WhoIsLetInBeginsAnew)
{
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(logins.note("a" + std::to_string(i), "x", now), 0ms);
    logins.forget("x");
    EXPECT_EQ(logins.note("another", "x", now), 0ms);
}

TEST_F(FailedLoginsTest, TimeForgets)
{
    for (int i = 0; i < 5; ++i)
        (void)logins.note("a", "x", now);
    EXPECT_EQ(logins.note("a", "x", now + 600s), 0ms);
}

TEST_F(FailedLoginsTest, WhatIsCountedIsBounded)
{
    for (int i = 0; i < 10'000; ++i)
        EXPECT_LE(logins.note("a" + std::to_string(i), "x" + std::to_string(i), now), 0ms);
}

TEST_F(FailedLoginsTest, OnlySoManyAnswersAreHeldBackAtOnce)
{
    EXPECT_TRUE(logins.begin_delay());
    EXPECT_TRUE(logins.begin_delay());
    EXPECT_FALSE(logins.begin_delay());
    logins.end_delay();
    EXPECT_TRUE(logins.begin_delay());
}

}  // namespace
}  // namespace session
