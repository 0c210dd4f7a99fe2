#include "session/takeovers.hpp"

#include <gtest/gtest.h>

namespace session {
namespace {

using namespace std::chrono_literals;

class TakeoversTest : public testing::Test {
protected:
    bool note(char const* before, char const* after) { return takeovers.note(device, before, after, now); }

    Takeovers takeovers{2};
    domain::DeviceKey const device{1};
    base::TimePoint now{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
};

TEST_F(TakeoversTest, MoreThanTheLimitWithinAnHourIsAConflict)
{
    EXPECT_FALSE(note("192.0.2.1", "192.0.2.2"));
    EXPECT_FALSE(note("192.0.2.2", "192.0.2.1"));
    EXPECT_TRUE(note("192.0.2.1", "192.0.2.2"));
    EXPECT_FALSE(note("192.0.2.2", "192.0.2.1")) << "counted anew";
}

TEST_F(TakeoversTest, TheSameOrAnUnknownAddressCountsForNothing)
{
    for (int i = 0; i < 10; ++i) {
        EXPECT_FALSE(note("192.0.2.1", "192.0.2.1"));
        EXPECT_FALSE(note("", "192.0.2.1"));
    }
}

TEST_F(TakeoversTest, AnHourLaterTheyAreForgotten)
{
    EXPECT_FALSE(note("192.0.2.1", "192.0.2.2"));
    EXPECT_FALSE(note("192.0.2.2", "192.0.2.1"));
    now += 1h;
    EXPECT_FALSE(note("192.0.2.1", "192.0.2.2"));
    EXPECT_FALSE(note("192.0.2.2", "192.0.2.1"));
}

TEST_F(TakeoversTest, TheirNumberIsBounded)
{
    for (std::size_t i = 0; i < Takeovers::most_devices + 10; ++i)
        EXPECT_FALSE(
            takeovers.note(domain::DeviceKey{static_cast<std::int64_t>(i + 2)}, "192.0.2.1", "192.0.2.2", now));
    for (int i = 0; i < 5; ++i)
        EXPECT_FALSE(note("192.0.2.1", "192.0.2.2")) << "there is no room to count it";
    now += 1h;
    EXPECT_FALSE(note("192.0.2.1", "192.0.2.2"));
    EXPECT_FALSE(note("192.0.2.2", "192.0.2.1"));
    EXPECT_TRUE(note("192.0.2.1", "192.0.2.2"));
}

}  // namespace
}  // namespace session
