#include "webhooks/attempts.hpp"

#include <gtest/gtest.h>

namespace webhooks {
namespace {

using namespace std::chrono_literals;
using Verdict = Attempts::Verdict;

constexpr RetryPolicy policy{.first_pause = 1s, .longest_pause = 60s, .refusals = 3, .keep_for = 2h};
domain::WebhookAnswer const refused{.is_refusal = true, .status = 400};
domain::WebhookAnswer const broken{.status = 503};

class AttemptsTest : public testing::Test {
protected:
    Attempts attempts{policy, 100};
    Attempts::Moment now{};
};

TEST_F(AttemptsTest, AFailureHasEventsSentOneByOneUntilItIsKnownWhichIsAtFault)
{
    EXPECT_EQ(attempts.batch(), 100U);
    EXPECT_EQ(attempts.failed(refused, 100, now), Verdict::try_again);
    EXPECT_EQ(attempts.batch(), 1U);
    attempts.taken();
    EXPECT_EQ(attempts.batch(), 2U);
    for (int i = 0; i < 10; ++i)
        attempts.taken();
    EXPECT_EQ(attempts.batch(), 100U);
}

TEST_F(AttemptsTest, AnEventThatIsRefusedSoOftenIsGivenUpAndTheNextHasItsOwnAttempts)
{
    EXPECT_EQ(attempts.failed(refused, 50, now), Verdict::try_again) << "of many: not known which";
    EXPECT_EQ(attempts.failed(refused, 1, now), Verdict::try_again);
    EXPECT_EQ(attempts.failed(refused, 1, now), Verdict::try_again);
    EXPECT_EQ(attempts.failed(refused, 1, now), Verdict::give_up);
    EXPECT_EQ(attempts.made(), 4U);
    attempts.gave_up();
    EXPECT_EQ(attempts.failed(refused, 1, now), Verdict::try_again);
}

TEST_F(AttemptsTest, AReceiverThatIsAwayIsTriedForALongTime)
{
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(attempts.failed(broken, 1, now + i * 1min), Verdict::try_again);
    EXPECT_EQ(attempts.failed(broken, 1, now + 2h), Verdict::give_up);
    attempts.gave_up();
    EXPECT_EQ(attempts.failed(broken, 1, now + 2h), Verdict::try_again) << "the next one was not tried yet";
}

TEST_F(AttemptsTest, PausesGrowUpToABoundAndAreSpread)
{
    EXPECT_EQ(attempts.pause(0.5), 0ms);
    static_cast<void>(attempts.failed(broken, 1, now));
    EXPECT_EQ(attempts.pause(0), 500ms);
    EXPECT_EQ(attempts.pause(0.5), 750ms);
    static_cast<void>(attempts.failed(broken, 1, now));
    EXPECT_EQ(attempts.pause(0), 1s);
    for (int i = 0; i < 100; ++i)
        static_cast<void>(attempts.failed(broken, 1, now));
    EXPECT_EQ(attempts.pause(0), 30s);
    attempts.gave_up();
    EXPECT_EQ(attempts.pause(0), 30s) << "the receiver is no better";
    attempts.taken();
    EXPECT_EQ(attempts.pause(0), 0ms);
}

}  // namespace
}  // namespace webhooks
