#include "datamodel/value.hpp"

#include <gmock/gmock.h>

#include <limits>
#include <string>

namespace {

using namespace datamodel;
using cwmp::BooleanSpelling;
using cwmp::ValueType;
using testing::HasSubstr;

bool is_value(std::string_view value, ValueType type)
{
    return check_value(value, type).has_value();
}

std::string wire(std::string_view input, ValueType type, BooleanSpelling booleans = BooleanSpelling::digits)
{
    auto const text = to_wire(input, type, booleans);
    return text ? *text : "refused: " + text.error().what;
}

TEST(Value, IntegersHaveTheRangeOfTheirWidth)
{
    EXPECT_TRUE(is_value("2147483647", ValueType::int_));
    EXPECT_TRUE(is_value("-2147483648", ValueType::int_));
    EXPECT_FALSE(is_value("2147483648", ValueType::int_));
    EXPECT_FALSE(is_value("-2147483649", ValueType::int_));
    EXPECT_TRUE(is_value("4294967295", ValueType::unsigned_int));
    EXPECT_FALSE(is_value("4294967296", ValueType::unsigned_int));
    EXPECT_FALSE(is_value("-1", ValueType::unsigned_int));
    EXPECT_TRUE(is_value("-0", ValueType::unsigned_int));
    EXPECT_TRUE(is_value("-9223372036854775808", ValueType::long_));
    EXPECT_FALSE(is_value("9223372036854775808", ValueType::long_));
    EXPECT_TRUE(is_value("18446744073709551615", ValueType::unsigned_long));
    EXPECT_FALSE(is_value("18446744073709551616", ValueType::unsigned_long));
    EXPECT_TRUE(is_value("00000000000000000000000000000000007", ValueType::int_));
    for (auto const* const text : {"", "-", "+", "1.0", "0x10", "1 2", "one", "--1"})
        EXPECT_FALSE(is_value(text, ValueType::int_)) << text;
}

TEST(Value, ARefusalQuotesTheValueAndSaysWhatWouldBeRight)
{
    EXPECT_EQ(check_value("70000000000", ValueType::unsigned_int).error().what,
              "\"70000000000\" is not an unsignedInt; it must be a whole number from 0 to 4294967295");
    EXPECT_THAT(check_value("maybe", ValueType::boolean).error().what, HasSubstr("0, 1, true or false"));
    EXPECT_THAT(check_value(std::string(500, 'x'), ValueType::boolean).error().what, HasSubstr("xxx...\""));
}

TEST(Value, EqualValuesMayBeDifferentTexts)
{
    EXPECT_TRUE(same_value("1", "TRUE", ValueType::boolean));
    EXPECT_FALSE(same_value("0", "true", ValueType::boolean));
    EXPECT_TRUE(same_value("+007", "7", ValueType::unsigned_int));
    EXPECT_TRUE(same_value("-0", "0", ValueType::int_));
    EXPECT_FALSE(same_value("-7", "7", ValueType::int_));
    EXPECT_TRUE(same_value("1.50", "01.5", ValueType::decimal));
    EXPECT_TRUE(same_value("-.5", "-0.50", ValueType::decimal));
    EXPECT_TRUE(same_value("-0.0", "0", ValueType::decimal));
    EXPECT_TRUE(same_value("2026-03-01T13:00:00+01:00", "2026-03-01T12:00:00Z", ValueType::date_time));
    EXPECT_TRUE(same_value("2026-03-01T12:00:00.000Z", "2026-03-01T12:00:00Z", ValueType::date_time));
    EXPECT_TRUE(same_value("0a0B", "0A0b", ValueType::hex_binary));
    EXPECT_TRUE(same_value("AAEC\n AwQ=", "AAECAwQ=", ValueType::base64));
}

TEST(Value, LocalTimeIsNotTheSameMomentInUtc)
{
    EXPECT_FALSE(same_value("2026-03-01T12:00:00", "2026-03-01T12:00:00Z", ValueType::date_time));
    EXPECT_TRUE(same_value("2026-03-01T12:00:00.0", "2026-03-01T12:00:00", ValueType::date_time));
}

TEST(Value, StringsAreEqualOnlyToThemselves)
{
    EXPECT_FALSE(same_value("1", "true", ValueType::string));
    EXPECT_FALSE(same_value("a", "a ", ValueType::string));
    EXPECT_FALSE(same_value("7", "07", ValueType::unknown));
    EXPECT_EQ(canonical(" a ", ValueType::string), " a ");
}

TEST(Value, WhatIsNoValueOfItsTypeStaysAsItIs)
{
    EXPECT_EQ(canonical("0000-00-00T00:00:00", ValueType::date_time), "0000-00-00T00:00:00");
    EXPECT_EQ(canonical("yes", ValueType::boolean), "yes");
    EXPECT_FALSE(same_value("", "0", ValueType::unsigned_int));
}

TEST(Value, TheUnknownTimeAndRelativeTimesAreTimes)
{
    EXPECT_TRUE(is_value("0001-01-01T00:00:00Z", ValueType::date_time));
    EXPECT_TRUE(is_value("0001-01-01T00:00:30Z", ValueType::date_time));
    EXPECT_TRUE(is_value("9999-12-31T23:59:59Z", ValueType::date_time));
    EXPECT_FALSE(is_value("9999-12-31T23:59:59-05:00", ValueType::date_time));
    EXPECT_FALSE(is_value("2019-03-05T11:54::14", ValueType::date_time));
    EXPECT_FALSE(is_value("2026-02-30T00:00:00Z", ValueType::date_time));
}

TEST(Value, BinaryTextsAreChecked)
{
    EXPECT_TRUE(is_value("", ValueType::hex_binary));
    EXPECT_FALSE(is_value("ABC", ValueType::hex_binary));
    EXPECT_FALSE(is_value("XY", ValueType::hex_binary));
    EXPECT_TRUE(is_value("QQ==", ValueType::base64));
    EXPECT_FALSE(is_value("QQ=", ValueType::base64));
    EXPECT_FALSE(is_value("Q===", ValueType::base64));
    EXPECT_FALSE(is_value("Q=Q=", ValueType::base64));
    EXPECT_FALSE(is_value("Q!==", ValueType::base64));
}

TEST(Value, PeopleMayWriteInTheirOwnWay)
{
    EXPECT_EQ(wire("Yes", ValueType::boolean), "1");
    EXPECT_EQ(wire(" off ", ValueType::boolean, BooleanSpelling::words), "false");
    EXPECT_EQ(wire("true", ValueType::boolean, BooleanSpelling::words), "true");
    EXPECT_EQ(wire(" 0042 ", ValueType::unsigned_int), "42");
    EXPECT_EQ(wire("2026-03-01", ValueType::date_time), "2026-03-01T00:00:00Z");
    EXPECT_EQ(wire("2026-03-01T12:30", ValueType::date_time), "2026-03-01T12:30:00Z");
    EXPECT_EQ(wire("2026-03-01T12:30:00.25+02:00", ValueType::date_time), "2026-03-01T10:30:00Z");
    EXPECT_EQ(wire("0001-01-01T00:00:00Z", ValueType::date_time), "0001-01-01T00:00:00Z");
    EXPECT_EQ(wire(" my ssid ", ValueType::string), " my ssid ");
    EXPECT_THAT(wire("maybe", ValueType::boolean), HasSubstr("refused"));
    EXPECT_THAT(wire("tomorrow", ValueType::date_time), HasSubstr("refused"));
}

TEST(Value, ReadsWholeNumbersAndBooleans)
{
    EXPECT_EQ(to_integer(" -12 "), -12);
    EXPECT_EQ(to_integer("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(to_integer("9223372036854775808"), std::nullopt);
    EXPECT_EQ(to_integer("1e3"), std::nullopt);
    EXPECT_EQ(to_boolean(" True\n"), true);
    EXPECT_EQ(to_boolean("yes"), std::nullopt);
}

TEST(Value, ReadsAddresses)
{
    EXPECT_TRUE(is_ipv4_address("192.0.2.1"));
    EXPECT_FALSE(is_ipv4_address("192.0.2.256"));
    EXPECT_FALSE(is_ipv4_address(""));
    EXPECT_TRUE(is_ipv6_address("2001:db8::1"));
    EXPECT_FALSE(is_ipv6_address("192.0.2.1"));
    EXPECT_FALSE(is_ipv6_address(std::string(1000, ':')));
    EXPECT_TRUE(is_mac_address("00:1a:2B:3c:4d:5e"));
    EXPECT_FALSE(is_mac_address("00-1a-2B-3c-4d-5e"));
    EXPECT_FALSE(is_mac_address("00:1a:2B:3c:4d"));
}

}  // namespace
