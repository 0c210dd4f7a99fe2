#include "cwmp/device_id.hpp"

#include <gtest/gtest.h>

namespace {

using cwmp::DeviceId;

TEST(DeviceId, IsNamedByItsPartsWithHyphensBetween)
{
    EXPECT_EQ(external_id(DeviceId{"M", "00D09E", "HG-1000", "S 1/ä"}), "00D09E-HG%2D1000-S%201%2F%C3%A4");
}

TEST(DeviceId, IsReadBackFromItsName)
{
    DeviceId const device{"", "00D09E", "HG-1000", "S 1/ä%.~_"};
    auto const read = cwmp::parse_external_id(external_id(device));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, device);
}

TEST(DeviceId, MayHaveAnEmptyOuiAndProductClass)
{
    DeviceId const device{"", "", "", "1"};
    EXPECT_EQ(external_id(device), "--1");
    EXPECT_EQ(cwmp::parse_external_id("--1"), device);
}

TEST(DeviceId, IsNotReadFromATextWithoutThreeParts)
{
    for (auto const* text : {"", "00D09E", "00D09E-1", "00D09E-HG-1000-S1", "A-B-", "A-B-%4", "A-B-%zz", "A-%-C"})
        EXPECT_FALSE(cwmp::parse_external_id(text)) << text;
}

TEST(DeviceId, TellsWhatWasWrongWithItsName)
{
    auto const read = cwmp::parse_external_id("A-B");
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().what.find("\"A-B\""), std::string::npos);
}

TEST(DeviceId, HasAnUpperCaseOuiWhenItIsHex)
{
    EXPECT_EQ(cwmp::normalized({"m", "00d09e", "p", "s"})->oui, "00D09E");
    EXPECT_EQ(cwmp::normalized({"m", "acme ltd", "p", "s"})->oui, "acme ltd");
    EXPECT_EQ(cwmp::normalized({"m", "", "p", "s"})->oui, "");
}

TEST(DeviceId, KeepsAtMostSixtyFourBytesOfAnOui)
{
    EXPECT_EQ(cwmp::normalized({"m", std::string(70, 'x'), "p", "s"})->oui, std::string(64, 'x'));
}

TEST(DeviceId, NeedsASerialNumberAndNothingElse)
{
    EXPECT_FALSE(cwmp::normalized({"m", "00D09E", "p", ""}));
    EXPECT_TRUE(cwmp::normalized({"", "", "", "s"}));
}

}  // namespace
