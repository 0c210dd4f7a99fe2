#include "wakeup/plan.hpp"

#include "support/hand_clock.hpp"

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class BackoffTest : public testing::Test {
protected:
    std::string why(std::uint32_t failures, std::chrono::seconds ago, std::optional<base::TimePoint> informed = {})
    {
        domain::Reachability known;
        known.failed_in_row = failures;
        known.failed_at = clock.now() - ago;
        return wakeup::postponed({60s, 600s, 6}, known, informed, clock.now());
    }
    support::HandClock clock;
};

TEST_F(BackoffTest, ThePauseDoublesUpToALongest)
{
    EXPECT_EQ(why(0, 0s), "");
    EXPECT_THAT(why(1, 59s), HasSubstr("asked 1 time in vain"));
    EXPECT_EQ(why(1, 60s), "");
    EXPECT_THAT(why(3, 239s), HasSubstr("left alone until 2026-03-01T12:00:01Z"));
    EXPECT_EQ(why(3, 240s), "");
    EXPECT_NE(why(5, 599s), "");
    EXPECT_EQ(why(5, 600s), "");
}

TEST_F(BackoffTest, AfterTheLastAttemptItHasToComeByItself)
{
    EXPECT_THAT(why(6, 24h * 30), HasSubstr("until it comes by itself"));
    EXPECT_EQ(why(6, 10s, clock.now() - 5s), "") << "it did";
    EXPECT_NE(why(6, 10s, clock.now() - 15s), "");
}

TEST(Outlook, TellsWhenTheDeviceComesByItself)
{
    support::HandClock const clock;
    domain::WakeFacts facts;
    EXPECT_FALSE(wakeup::next_inform(facts, clock.now()));
    EXPECT_THAT(wakeup::outlook({}, clock.now()), HasSubstr("not known"));
    facts.inform_interval = 1h;
    auto const next = wakeup::next_inform(facts, clock.now() - 10min);
    EXPECT_EQ(next, clock.now() + 50min);
    EXPECT_THAT(wakeup::outlook(next, clock.now()), HasSubstr("due at about 2026-03-01T12:50:00Z"));
    EXPECT_THAT(wakeup::outlook(next, clock.now() + 2h), HasSubstr("did not come"));
}

}  // namespace
