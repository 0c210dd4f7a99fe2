#include "net/udp_request.hpp"

#include <gmock/gmock.h>

namespace {

using testing::HasSubstr;

net::Endpoint const device{boost::asio::ip::make_address("192.0.2.7"), 40'123};

net::UdpRequest example()
{
    return {.time = 1'793'000'000, .id = "7", .username = "00D09E-HG 1-A&B", .nonce = "c0ffee"};
}

TEST(UdpRequest, IsSignedOverTheValuesWithoutAnythingBetweenThem)
{
    net::UdpRequest request{.id = "id", .username = "un", .nonce = "cn", .time_text = "ts"};
    // printf 'tsiduncn' | openssl sha1 -hmac secret
    EXPECT_EQ(net::signature_of(request, "secret"), "5d0e78c3c58b82f6e99ae2f17be26591c5901087");
}

TEST(UdpRequest, IsOneGetRequestInOneDatagram)
{
    auto const bytes = net::write_udp_request(example(), "secret", device);
    EXPECT_THAT(bytes, testing::StartsWith("GET http://192.0.2.7:40123?ts=1793000000&id=7&un=00D09E-HG%201-A%26B&cn="
                                           "c0ffee&sig="));
    EXPECT_THAT(bytes, testing::EndsWith(" HTTP/1.1\r\nHost: 192.0.2.7:40123\r\n\r\n"));
    EXPECT_THAT(net::write_udp_request(example(), "secret", {boost::asio::ip::make_address("2001:db8::7"), 80}),
                testing::StartsWith("GET http://[2001:db8::7]:80?ts="));
}

TEST(UdpRequest, IsReadAsItWasWritten)
{
    auto const request = net::parse_udp_request(net::write_udp_request(example(), "secret", device));
    ASSERT_TRUE(request) << request.error().what;
    EXPECT_EQ(request->time, 1'793'000'000);
    EXPECT_EQ(request->id, "7");
    EXPECT_EQ(request->username, "00D09E-HG 1-A&B");
    EXPECT_EQ(request->nonce, "c0ffee");
    EXPECT_EQ(request->signature, net::signature_of(*request, "secret"));
    EXPECT_NE(request->signature, net::signature_of(*request, "another"));
}

TEST(UdpRequest, RefusesWhatIsNone)
{
    for (auto const* text :
         {"", "GET", "GET  HTTP/1.1", "GET /?ts=1&id=2&sig=3", "POST /?ts=1&id=2&sig=3 HTTP/1.1\r\n",
          "GET /?id=2&sig=3 HTTP/1.1\r\n", "GET /?ts=x&id=2&sig=3 HTTP/1.1\r\n", "GET /?ts=1&sig=3 HTTP/1.1\r\n",
          "GET /?ts=1&id=2 HTTP/1.1\r\n", "GET / HTTP/1.1\r\n", "GET /?&&==&ts HTTP/1.1\r\n"})
        EXPECT_FALSE(net::parse_udp_request(text)) << text;
    EXPECT_TRUE(net::parse_udp_request("GET /?ts=1&id=2&sig=3 HTTP/1.0\n"));
    auto const padded = "GET /?ts=1&id=2&sig=3&cn=" + std::string(2'000, 'x') + " HTTP/1.1\r\n";
    EXPECT_FALSE(net::parse_udp_request(padded));
}

TEST(UdpAddress, IsAnAddressWithOrWithoutItsPort)
{
    auto const text = [](char const* address) {
        auto const endpoint = net::parse_udp_address(address);
        return endpoint ? endpoint->to_string() : "";
    };
    EXPECT_EQ(text("192.0.2.7:40123"), "192.0.2.7:40123");
    EXPECT_EQ(text("192.0.2.7"), "192.0.2.7:80");
    EXPECT_EQ(text("[2001:db8::7]:40123"), "[2001:db8::7]:40123");
    EXPECT_EQ(text("[2001:db8::7]"), "[2001:db8::7]:80");
    EXPECT_EQ(text("2001:db8::7"), "[2001:db8::7]:80");
    for (auto const* wrong : {"", "host", "host:80", "192.0.2.7:", "192.0.2.7:0", "192.0.2.7:70000", "192.0.2.7:8x",
                              "[2001:db8::7", "[2001:db8::7]80", "[]:80", ":80"})
        EXPECT_EQ(text(wrong), "") << wrong;
}

}  // namespace
