#include "cwmp/event.hpp"

#include <gtest/gtest.h>

#include <array>

namespace {

using cwmp::canonical_event_code;
using cwmp::Event;

TEST(EventCode, IsRecognisedByItsNumber)
{
    EXPECT_EQ(canonical_event_code("2"), "2 PERIODIC");
    EXPECT_EQ(canonical_event_code(" 12\n"), "12 AUTONOMOUS DU STATE CHANGE COMPLETE");
    EXPECT_EQ(canonical_event_code("0"), "0 BOOTSTRAP");
    EXPECT_EQ(canonical_event_code("00"), "0 BOOTSTRAP");
    EXPECT_EQ(canonical_event_code("06"), "6 CONNECTION REQUEST");
    EXPECT_EQ(canonical_event_code("14"), "14 HEARTBEAT");
}

TEST(EventCode, IsRecognisedInAnySpelling)
{
    EXPECT_EQ(canonical_event_code("4 value change"), "4 VALUE CHANGE");
    EXPECT_EQ(canonical_event_code("4 VALUE_CHANGE"), "4 VALUE CHANGE");
    EXPECT_EQ(canonical_event_code("6  Connection  Request"), "6 CONNECTION REQUEST");
    EXPECT_EQ(canonical_event_code("BOOTSTRAP"), "0 BOOTSTRAP");
    EXPECT_EQ(canonical_event_code("m reboot"), "M Reboot");
    EXPECT_EQ(canonical_event_code("M ScheduleInform"), "M ScheduleInform");
}

TEST(EventCode, OfAVendorStaysAsItWasSent)
{
    EXPECT_EQ(canonical_event_code("X 00D09E Door Open"), "X 00D09E Door Open");
    EXPECT_EQ(canonical_event_code(" M X_00D09E_Blink "), "M X_00D09E_Blink");
    EXPECT_EQ(canonical_event_code("2 SOMETHING ELSE"), "2 SOMETHING ELSE");
    EXPECT_EQ(canonical_event_code("15"), "15");
    EXPECT_EQ(canonical_event_code("  "), "");
}

TEST(Events, AreFoundByCodeAndKey)
{
    std::array const events{Event{"1 BOOT", ""}, Event{"M Reboot", "a"}, Event{"M Reboot", "b"}};
    EXPECT_TRUE(cwmp::has_event(events, cwmp::event_code::boot));
    EXPECT_FALSE(cwmp::has_event(events, cwmp::event_code::bootstrap));
    EXPECT_EQ(cwmp::find_event(events, cwmp::event_code::m_reboot, "b"), &events[2]);
    EXPECT_EQ(cwmp::find_event(events, cwmp::event_code::m_reboot, "c"), nullptr);
}

TEST(Events, TellOfABoot)
{
    for (auto const* code : {"0 BOOTSTRAP", "1 BOOT", "M Reboot"})
        EXPECT_TRUE(cwmp::has_booted(std::array{Event{"2 PERIODIC", ""}, Event{code, ""}})) << code;
    EXPECT_FALSE(cwmp::has_booted(std::array{Event{"2 PERIODIC", ""}, Event{"M Download", ""}}));
    EXPECT_FALSE(cwmp::has_booted({}));
}

}  // namespace
