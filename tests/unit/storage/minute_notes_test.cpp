#include "storage/minute_notes.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace storage {
namespace {

using namespace std::chrono_literals;

class MinuteNotesTest : public testing::Test {
protected:
    static constexpr base::TimePoint noon = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h;

    void note(std::string identity, base::TimePoint at = noon, std::string kind = "failed-login")
    {
        notes.note({.kind = std::move(kind), .identity = std::move(identity), .address = "192.0.2.1"}, at);
    }

    MinuteNotes notes{3};
};

TEST_F(MinuteNotesTest, EqualIncidentsOfOneMinuteAreOneThatCounts)
{
    note("A");
    note("A", noon + 59s);
    note("A", noon + 60s);
    auto taken = notes.take(noon + 60s);
    std::ranges::sort(taken, {}, &MinuteNote::minute);
    ASSERT_EQ(taken.size(), 2U);
    EXPECT_EQ(taken[0].times, 2U);
    EXPECT_EQ(taken[0].first_at, noon);
    EXPECT_EQ(taken[0].last_at, noon + 59s);
    EXPECT_EQ(taken[1].times, 1U);
    EXPECT_TRUE(notes.take(noon + 60s).empty()) << "each is taken once";
}

TEST_F(MinuteNotesTest, BeyondTheBoundOnlyTheKindIsKept)
{
    for (char name = 'A'; name <= 'Z'; ++name)
        note(std::string{name});
    auto const taken = notes.take(noon);
    EXPECT_EQ(taken.size(), 4U) << "three of their own, and one for all others";
    auto const others = std::ranges::find(taken, "", [](auto const& one) { return one.incident.identity; });
    ASSERT_NE(others, taken.end());
    EXPECT_EQ(others->times, 23U);
    EXPECT_EQ(others->incident.kind, "failed-login");
    EXPECT_EQ(others->incident.address, "");
}

TEST_F(MinuteNotesTest, WhatWasTakenInTheSameMinuteStillCountsForTheBound)
{
    for (char name = 'A'; name <= 'C'; ++name)
        note(std::string{name});
    EXPECT_EQ(notes.take(noon).size(), 3U);
    note("D");
    auto const taken = notes.take(noon);
    ASSERT_EQ(taken.size(), 1U);
    EXPECT_EQ(taken[0].incident.identity, "");
}

TEST_F(MinuteNotesTest, ANewMinuteHasRoomAgain)
{
    for (char name = 'A'; name <= 'C'; ++name)
        note(std::string{name});
    EXPECT_EQ(notes.take(noon + 60s).size(), 3U);
    note("D", noon + 60s);
    EXPECT_EQ(notes.take(noon + 60s).at(0).incident.identity, "D");
}

TEST_F(MinuteNotesTest, WhatCouldNotBeWrittenIsTakenAgain)
{
    note("A");
    auto taken = notes.take(noon);
    note("A", noon + 1s);
    notes.give_back(std::move(taken));
    auto const again = notes.take(noon + 1s);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].times, 2U);
    EXPECT_EQ(again[0].first_at, noon);
}

TEST_F(MinuteNotesTest, LongTextsAreCut)
{
    note(std::string(10'000, 'x'));
    EXPECT_EQ(notes.take(noon).at(0).incident.identity.size(), MinuteNotes::longest_text);
}

}  // namespace
}  // namespace storage
