#include "wakeup/target_rules.hpp"

#include <boost/asio/ip/address.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using boost::asio::ip::make_address;
using testing::HasSubstr;

net::Networks networks(std::vector<std::string> const& ranges)
{
    return *net::Networks::parse(ranges);
}

TEST(TargetRules, PublicAndPrivateAddressesOfFleetsAreAllowed)
{
    wakeup::TargetRules const rules;
    for (auto const* address : {"203.0.113.9", "10.1.2.3", "192.168.1.1", "100.64.0.1", "2001:db8::1", "fd00::1"})
        EXPECT_TRUE(rules.allows(make_address(address))) << address;
}

TEST(TargetRules, OurOwnHostAndItsLinkAreNot)
{
    wakeup::TargetRules const rules;
    for (auto const* address : {"127.0.0.1", "127.9.9.9", "::1", "169.254.169.254", "fe80::1", "224.0.0.1", "ff02::1",
                                "0.0.0.0", "::", "255.255.255.255", "::ffff:127.0.0.1"})
        EXPECT_FALSE(rules.allows(make_address(address))) << address;
}

TEST(TargetRules, ConfigurationDeniesAndAllows)
{
    wakeup::TargetRules const rules{networks({"127.0.0.0/8"}), networks({"10.0.0.0/24"})};
    EXPECT_TRUE(rules.allows(make_address("127.0.0.1")));
    EXPECT_FALSE(rules.allows(make_address("10.0.0.7")));
    EXPECT_TRUE(rules.allows(make_address("10.0.1.7")));
}

TEST(TargetRules, AUrlThatMayNotBeFollowedSaysWhy)
{
    wakeup::TargetRules const rules;
    auto const why = [&](char const* url) {
        auto const checked = rules.check(url);
        return checked ? std::string{"allowed"} : checked.error().what;
    };
    EXPECT_EQ(why("http://10.0.0.1:7547/abc"), "allowed");
    EXPECT_EQ(why("http://[2001:db8::1]:7547/abc"), "allowed");
    EXPECT_THAT(why(""), HasSubstr("has told no"));
    EXPECT_THAT(why("https://10.0.0.1/"), HasSubstr("http only"));
    EXPECT_THAT(why("http://user:pw@10.0.0.1/"), HasSubstr("carries a login"));
    EXPECT_THAT(why("http://127.0.0.1:7557/api/v1"), HasSubstr("127.0.0.1, which is not allowed"));
    EXPECT_THAT(why("ftp://10.0.0.1/"), HasSubstr("is no URL"));
    EXPECT_THAT(why("(null)"), HasSubstr("is no URL"));
}

TEST(TargetRules, OwnAddressesAreKnown)
{
    EXPECT_THAT(wakeup::own_addresses(), testing::Contains("127.0.0.1"));
    wakeup::TargetRules const rules{{}, networks({"203.0.113.9"})};
    EXPECT_FALSE(rules.allows(make_address("203.0.113.9")));
    EXPECT_TRUE(rules.allows(make_address("203.0.113.10")));
}

}  // namespace
