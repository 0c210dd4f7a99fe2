#include "session/new_devices.hpp"

#include <gtest/gtest.h>

namespace session {
namespace {

using namespace std::chrono_literals;

class NewDevicesTest : public testing::Test {
protected:
    base::TimePoint now = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1};
    NewDevices devices{{.per_minute = 3, .pending_per_minute = 2, .pending = 4}};
};

TEST_F(NewDevicesTest, SoManyInAMinute)
{
    EXPECT_TRUE(devices.admit(true, now));
    EXPECT_TRUE(devices.admit(true, now + 59s));
    EXPECT_FALSE(devices.admit(true, now + 59s));
    EXPECT_TRUE(devices.admit(true, now + 60s));
}

TEST_F(NewDevicesTest, SoManyPendingInAll)
{
    devices.set_pending(3);
    EXPECT_TRUE(devices.admit(true, now));
    EXPECT_FALSE(devices.admit(true, now)) << "those let in since count too";
    devices.set_pending(2);
    EXPECT_TRUE(devices.admit(true, now));
}

TEST_F(NewDevicesTest, StrangersTakeNothingFromThoseWhoAreExpected)
{
    devices.set_pending(100);
    EXPECT_FALSE(devices.admit(true, now));
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(devices.admit(false, now));
    EXPECT_FALSE(devices.admit(false, now));
}

}  // namespace
}  // namespace session
