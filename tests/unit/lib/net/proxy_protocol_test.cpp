#include "net/proxy_protocol.hpp"

#include <gtest/gtest.h>

namespace {

using net::parse_proxy_header;
using net::ProxyProtocol;
using State = net::ProxyHeader::State;
using namespace std::string_literals;

std::string const signature = "\r\n\r\n\0\r\nQUIT\n"s;
std::string const v4_block = "\xc0\x00\x02\x01\x0a\x00\x00\x01\xff\xfe\x1d\x7b"s;  // 192.0.2.1:65534 -> 10.0.0.1:7547

std::string binary(char command, char family, std::string const& block)
{
    return signature + command + family + static_cast<char>(block.size() >> 8) + static_cast<char>(block.size() & 255) +
           block;
}

TEST(ProxyText, NamesBothEnds)
{
    auto const header = parse_proxy_header("PROXY TCP4 192.0.2.1 10.0.0.1 5000 7547\r\nPOST /", ProxyProtocol::v1);
    ASSERT_EQ(header.state, State::complete);
    EXPECT_EQ(header.size, 41u);
    EXPECT_EQ(header.source->to_string(), "192.0.2.1:5000");
    EXPECT_EQ(header.destination->to_string(), "10.0.0.1:7547");
    EXPECT_EQ(parse_proxy_header("PROXY TCP6 2001:db8::1 ::1 1 2\r\n", ProxyProtocol::automatic).source->to_string(),
              "[2001:db8::1]:1");
}

TEST(ProxyText, MayNotKnow)
{
    auto const header = parse_proxy_header("PROXY UNKNOWN ffff::1 whatever\r\n", ProxyProtocol::v1);
    EXPECT_EQ(header.state, State::complete);
    EXPECT_FALSE(header.source);
}

TEST(ProxyText, IsRefusedWhenMalformed)
{
    for (auto const* const text :
         {"PROXY TCP4 192.0.2.1 10.0.0.1 5000\r\n", "PROXY TCP4 ::1 ::1 1 2\r\n", "PROXY UDP4 1.1.1.1 1.1.1.1 1 2\r\n",
          "PROXY TCP4 1.1.1.1 1.1.1.1 1 99999\r\n", "PROXY TCP4 1.1.1.1 1.1.1.1 1 2 3\r\n", "GET / HTTP/1.1\r\n"})
        EXPECT_EQ(parse_proxy_header(text, ProxyProtocol::v1).state, State::malformed) << text;
    EXPECT_EQ(parse_proxy_header("PROXY TCP4 " + std::string(200, '1'), ProxyProtocol::v1).state, State::malformed);
}

TEST(ProxyBinary, NamesBothEnds)
{
    auto const header = parse_proxy_header(binary('\x21', '\x11', v4_block) + "rest", ProxyProtocol::v2);
    ASSERT_EQ(header.state, State::complete);
    EXPECT_EQ(header.size, 28u);
    EXPECT_EQ(header.source->to_string(), "192.0.2.1:65534");
    EXPECT_EQ(header.destination->to_string(), "10.0.0.1:7547");
    EXPECT_FALSE(header.is_tls);
}

TEST(ProxyBinary, TellsThatTheClientSpokeTls)
{
    auto const with = binary('\x21', '\x11', v4_block + "\x03\x00\x01x"s + "\x20\x00\x05\x01\x00\x00\x00\x00"s);
    EXPECT_TRUE(parse_proxy_header(with, ProxyProtocol::v2).is_tls);
    auto const cut = binary('\x21', '\x11', v4_block + "\x20\x00\xff\x01"s);
    EXPECT_FALSE(parse_proxy_header(cut, ProxyProtocol::v2).is_tls);
}

TEST(ProxyBinary, MaySpeakForTheProxyItself)
{
    auto const header = parse_proxy_header(binary('\x20', '\x00', ""), ProxyProtocol::v2);
    EXPECT_EQ(header.state, State::complete);
    EXPECT_FALSE(header.source);
}

TEST(ProxyBinary, IsRefusedWhenMalformed)
{
    EXPECT_EQ(parse_proxy_header(binary('\x11', '\x11', v4_block), ProxyProtocol::v2).state, State::malformed);
    EXPECT_EQ(parse_proxy_header(binary('\x22', '\x11', v4_block), ProxyProtocol::v2).state, State::malformed);
    EXPECT_EQ(parse_proxy_header(binary('\x21', '\x21', v4_block), ProxyProtocol::v2).state, State::malformed);
    EXPECT_EQ(parse_proxy_header(binary('\x21', '\x11', std::string(5'000, 'x')), ProxyProtocol::v2).state,
              State::malformed);
}

TEST(ProxyHeader, AsksForMoreUntilItIsWhole)
{
    for (auto const& whole : {binary('\x21', '\x11', v4_block), "PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n"s})
        for (std::size_t size = 0; size < whole.size(); ++size)
            EXPECT_EQ(parse_proxy_header(whole.substr(0, size), ProxyProtocol::automatic).state, State::need_more)
                << size;
}

TEST(ProxyHeader, MayBeAbsentOnlyWhereEitherIsAllowed)
{
    EXPECT_EQ(parse_proxy_header("POST / HTTP/1.1\r\n", ProxyProtocol::automatic).state, State::absent);
    EXPECT_EQ(parse_proxy_header("\x16\x03\x01", ProxyProtocol::automatic).state, State::absent);
    EXPECT_EQ(parse_proxy_header("POST / HTTP/1.1\r\n", ProxyProtocol::v2).state, State::malformed);
    EXPECT_EQ(parse_proxy_header("PROXY UNKNOWN\r\n", ProxyProtocol::v2).state, State::malformed);
}

}  // namespace
