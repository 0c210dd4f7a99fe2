#include "net/forwarded.hpp"
#include "net/network.hpp"

#include <gtest/gtest.h>

namespace {

using boost::asio::ip::make_address;
using net::Endpoint;
using net::Headers;
using net::Networks;

TEST(Networks, HoldTheAddressesOfTheirRanges)
{
    auto const networks = Networks::parse({"10.0.0.0/8", "192.0.2.7", "2001:db8::/32"});
    ASSERT_TRUE(networks);
    EXPECT_TRUE(networks->contains(make_address("10.255.0.1")));
    EXPECT_TRUE(networks->contains(make_address("::ffff:10.1.2.3")));
    EXPECT_TRUE(networks->contains(make_address("192.0.2.7")));
    EXPECT_TRUE(networks->contains(make_address("2001:db8:1::5")));
    EXPECT_FALSE(networks->contains(make_address("192.0.2.8")));
    EXPECT_FALSE(networks->contains(make_address("11.0.0.0")));
    EXPECT_FALSE(networks->contains(make_address("2001:db9::")));
}

TEST(Networks, OfZeroBitsHoldTheirWholeFamily)
{
    auto const networks = Networks::parse({"0.0.0.0/0"});
    ASSERT_TRUE(networks);
    EXPECT_TRUE(networks->contains(make_address("203.0.113.1")));
    EXPECT_FALSE(networks->contains(make_address("2001:db8::1")));
}

TEST(Networks, ThatAreNoneAreNamedInTheError)
{
    for (auto const* const text : {"10.0.0.0/33", "example.net", "10.0.0.0/", "::/129", "10.0.0.0/8x"}) {
        auto const networks = Networks::parse({text});
        ASSERT_FALSE(networks) << text;
        EXPECT_NE(networks.error().what.find(text), std::string::npos);
    }
}

TEST(Endpoint, IsWrittenWithBracketsForIPv6)
{
    EXPECT_EQ((Endpoint{make_address("192.0.2.1"), 80}).to_string(), "192.0.2.1:80");
    EXPECT_EQ((Endpoint{make_address("2001:db8::1"), 80}).to_string(), "[2001:db8::1]:80");
}

TEST(ForwardedPeer, IsTheLastAddressThatIsNoTrustedProxy)
{
    auto const trusted = *Networks::parse({"10.0.0.0/8"});
    Endpoint const proxy{make_address("10.0.0.1"), 4000};
    auto const seen = [&](Headers const& headers) {
        return forwarded_peer(headers, proxy, trusted).address.to_string();
    };
    EXPECT_EQ(seen(Headers{{"X-Forwarded-For", "203.0.113.9"}}), "203.0.113.9");
    EXPECT_EQ(seen(Headers{{"X-Forwarded-For", "1.1.1.1, 203.0.113.9, 10.0.0.2"}}), "203.0.113.9");
    EXPECT_EQ(seen(Headers{{"X-Forwarded-For", "1.1.1.1"}, {"X-Forwarded-For", "203.0.113.9"}}), "203.0.113.9");
    EXPECT_EQ(seen(Headers{}), "10.0.0.1");
    EXPECT_EQ(seen(Headers{{"X-Forwarded-For", "unknown"}}), "10.0.0.1");
}

TEST(ForwardedAddress, IsReadWithAndWithoutPort)
{
    EXPECT_EQ(net::parse_forwarded_address("192.0.2.1:99")->port, 99);
    EXPECT_EQ(net::parse_forwarded_address(" \"[2001:db8::1]:99\" ")->to_string(), "[2001:db8::1]:99");
    EXPECT_EQ(net::parse_forwarded_address("2001:db8::1")->address.to_string(), "2001:db8::1");
    EXPECT_FALSE(net::parse_forwarded_address("192.0.2.1:x"));
    EXPECT_FALSE(net::parse_forwarded_address("[2001:db8::1"));
    EXPECT_FALSE(net::parse_forwarded_address(""));
}

}  // namespace
