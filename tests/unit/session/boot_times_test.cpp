#include "session/boot_times.hpp"

#include <gtest/gtest.h>

namespace session {
namespace {

using namespace std::chrono_literals;

constexpr base::TimePoint noon = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h;

cwmp::Inform telling(std::string value, std::string name = "Device.DeviceInfo.UpTime")
{
    cwmp::Inform inform;
    inform.parameter_list = {{std::move(name), std::move(value)}};
    return inform;
}

domain::KnownDevice known(std::string value, base::TimePoint at)
{
    domain::KnownDevice device;
    device.recent = {{"Device.DeviceInfo.UpTime", std::move(value), at}};
    return device;
}

TEST(BootTimes, AreReckonedFromWhatInformsTell)
{
    auto const boot = boot_time(telling("600"), known("300", noon), noon + 5min);
    ASSERT_TRUE(boot);
    EXPECT_EQ(boot->before, noon - 5min);
    EXPECT_EQ(boot->now, noon - 5min);
}

TEST(BootTimes, WhatIsNoUpTimeTellsNothing)
{
    EXPECT_FALSE(boot_time(telling("600"), {}, noon));
    EXPECT_FALSE(boot_time(telling("600", "Device.DeviceInfo.Other"), known("300", noon), noon));
    for (auto const* text : {"", "x", "-1", "99999999999999999999", "9999999999", "1.5"})
        EXPECT_FALSE(boot_time(telling(text), known("300", noon), noon)) << text;
    EXPECT_FALSE(boot_time(telling("600"), known("x", noon), noon));
}

TEST(BootTimes, OneBoxOnlyMovesForward)
{
    BootTimes times{0};
    domain::DeviceKey const device{1};
    EXPECT_FALSE(times.note(device, {noon, noon + 3h}, noon + 4h)) << "it was started again";
    EXPECT_FALSE(times.note(device, {noon, noon - 9min}, noon + 4h)) << "clocks drift";
    EXPECT_TRUE(times.note(device, {noon, noon - 11min}, noon + 4h));
}

TEST(BootTimes, TwoBoxesGoBackAndForth)
{
    BootTimes times{2};
    domain::DeviceKey const device{1};
    auto now = noon;
    auto const back_and_forth = [&] {
        now += 5min;
        EXPECT_FALSE(times.note(device, {noon - 20h, noon - 2h}, now));
        return times.note(device, {noon - 2h, noon - 20h}, now);
    };
    EXPECT_FALSE(back_and_forth());
    EXPECT_FALSE(back_and_forth());
    EXPECT_TRUE(back_and_forth());
    EXPECT_FALSE(back_and_forth()) << "the count starts anew";
    now += 25h;
    EXPECT_FALSE(back_and_forth());
}

TEST(BootTimes, WhatIsCountedIsBounded)
{
    BootTimes times{0};
    for (std::int64_t i = 0; i < 20'000; ++i)
        (void)times.note(domain::DeviceKey{i}, {noon, noon - 1h}, noon);
    BootTimes none{1};
    for (std::int64_t i = 0; i < 20'000; ++i)
        EXPECT_FALSE(none.note(domain::DeviceKey{i}, {noon, noon - 1h}, noon));
}

}  // namespace
}  // namespace session
