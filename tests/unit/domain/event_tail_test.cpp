#include "domain/event_tail.hpp"

#include <gtest/gtest.h>

namespace domain {
namespace {

EventRecord event(std::uint64_t tx)
{
    EventRecord record;
    record.position = {tx, 1};
    record.kind = "task.done";
    return record;
}

EventPage page(std::uint64_t first, std::uint64_t last)
{
    EventPage read{{}, {last + 1, -1}};
    for (auto tx = first; tx <= last; ++tx)
        read.events.push_back(event(tx));
    return read;
}

TEST(EventTail, GivesWhatIsBehindAPlaceAndHowFarThatReaches)
{
    EventTail tail;
    EXPECT_FALSE(tail.behind({1, 1}, 10)) << "nothing was read yet";
    tail.append({5, -1}, page(5, 9));
    auto const all = tail.behind({5, -1}, 10);
    ASSERT_TRUE(all);
    EXPECT_EQ(all->events.size(), 5U);
    EXPECT_EQ(all->reached, (EventPosition{10, -1}));
    auto const two = tail.behind({6, 1}, 2);
    ASSERT_TRUE(two);
    EXPECT_EQ(two->events.front().position.tx, 7U);
    EXPECT_EQ(two->reached, (EventPosition{8, 1}));
    EXPECT_TRUE(tail.behind({10, -1}, 2)->events.empty());
}

TEST(EventTail, WhoIsFurtherBehindIsSentToTheLog)
{
    EventTail tail;
    tail.append({5, -1}, page(5, 9));
    EXPECT_FALSE(tail.behind({4, 1}, 10));
    EXPECT_FALSE(tail.behind({4, -1}, 10));
}

TEST(EventTail, KeepsSoManyAndKnowsWhatItHasForgotten)
{
    EventTail tail;
    tail.append({1, -1}, page(1, EventTail::most_events + 10));
    EXPECT_FALSE(tail.behind({9, 1}, 10));
    ASSERT_TRUE(tail.behind({10, 1}, 10));
    EXPECT_EQ(tail.behind({10, 1}, 1)->events.front().position.tx, 11U);
}

TEST(EventTail, LargeEventsCountByTheirSize)
{
    EventTail tail;
    auto read = page(1, 3);
    for (auto& each : read.events)
        each.detail.assign(EventTail::most_bytes / 2, 'x');
    tail.append({1, -1}, std::move(read));
    EXPECT_FALSE(tail.behind({1, 1}, 10));
    EXPECT_TRUE(tail.behind({2, 1}, 10));
}

TEST(EventTail, AGapIsNeverHidden)
{
    EventTail tail;
    tail.append({1, -1}, page(1, 3));
    tail.append({8, -1}, page(8, 9));
    EXPECT_FALSE(tail.behind({3, 1}, 10));
    EXPECT_EQ(tail.behind({8, -1}, 10)->events.size(), 2U);
    tail.forget();
    EXPECT_FALSE(tail.behind({9, 1}, 10));
    EXPECT_FALSE(tail.reached());
}

TEST(EventTail, CountsWhoFollows)
{
    EventTail tail;
    {
        EventTail::Follower const one{tail};
        EventTail::Follower const other{tail};
        EXPECT_EQ(tail.followers(), 2U);
    }
    EXPECT_EQ(tail.followers(), 0U);
}

}  // namespace
}  // namespace domain
