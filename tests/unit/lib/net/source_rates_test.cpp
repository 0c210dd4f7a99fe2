#include "net/source_rates.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using Moment = net::SourceRates::Moment;

boost::asio::ip::address address(char const* text)
{
    return boost::asio::ip::make_address(text);
}

constexpr Moment start{100s};

TEST(SourceRates, EachSourceMayAskSoOftenInASecond)
{
    net::SourceRates rates{2, 100};
    EXPECT_TRUE(rates.take(address("192.0.2.1"), start));
    EXPECT_TRUE(rates.take(address("192.0.2.1"), start + 500ms));
    EXPECT_FALSE(rates.take(address("192.0.2.1"), start + 999ms));
    EXPECT_TRUE(rates.take(address("192.0.2.2"), start + 999ms));
    EXPECT_TRUE(rates.take(address("192.0.2.1"), start + 1s));
}

TEST(SourceRates, ANetworkOfIpv6IsOneSource)
{
    net::SourceRates rates{1, 100};
    EXPECT_TRUE(rates.take(address("2001:db8::1"), start));
    EXPECT_FALSE(rates.take(address("2001:db8::2"), start));
    EXPECT_TRUE(rates.take(address("2001:db8:0:1::1"), start));
}

TEST(SourceRates, OneThatAsksTooMuchTakesNothingFromTheOthers)
{
    net::SourceRates rates{2, 5};
    for (int i = 0; i < 1'000; ++i)
        static_cast<void>(rates.take(address("192.0.2.1"), start));
    EXPECT_TRUE(rates.take(address("192.0.2.2"), start));
    EXPECT_TRUE(rates.take(address("192.0.2.3"), start));
    EXPECT_TRUE(rates.take(address("192.0.2.4"), start));
    EXPECT_FALSE(rates.take(address("192.0.2.5"), start)) << "more than all may ask together";
}

}  // namespace
