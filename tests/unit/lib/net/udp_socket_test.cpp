#include "net/udp_socket.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;

struct Came {
    std::string bytes;
    net::Endpoint from;
    asio::ip::address to;
};

class UdpSocketTest : public testing::Test {
protected:
    net::UdpSocket open(std::string const& address)
    {
        auto opened = net::UdpSocket::open(context.get_executor(), address, 0);
        if (!opened)
            throw std::runtime_error{opened.error().what};
        return std::move(*opened);
    }
    /// Receives so many datagrams.
    std::vector<Came> receive(net::UdpSocket& socket, std::size_t count)
    {
        std::vector<Came> all;
        asio::co_spawn(context, gather(socket, count, all), [](std::exception_ptr) {});
        context.restart();
        context.run();
        return all;
    }
    static base::Awaitable<void> gather(net::UdpSocket& socket, std::size_t count, std::vector<Came>& all)
    {
        while (all.size() < count) {
            auto const datagram = co_await socket.receive();
            if (!datagram)
                break;
            all.push_back({std::string{datagram->bytes}, datagram->from, datagram->to});
        }
    }
    static net::Endpoint at(char const* address, net::UdpSocket const& socket)
    {
        return {asio::ip::make_address(address), socket.local().port};
    }

    asio::io_context context{1};
};

TEST_F(UdpSocketTest, AnAnswerLeavesFromTheAddressThatWasAsked)
{
    auto server = open("::");
    for (auto const* own : {"127.0.0.1", "127.0.0.5", "::1"}) {
        auto const is_v6 = std::string{own} == "::1";
        auto client = open(is_v6 ? "::1" : "127.0.0.1");
        ASSERT_TRUE(client.send("question", at(own, server)));
        auto const asked = receive(server, 1);
        ASSERT_EQ(asked.size(), 1U);
        EXPECT_EQ(asked[0].bytes, "question");
        EXPECT_EQ(asked[0].from, client.local());
        EXPECT_EQ(asked[0].to, asio::ip::make_address(own));
        ASSERT_TRUE(server.send("answer", asked[0].from, asked[0].to));
        auto const answered = receive(client, 1);
        ASSERT_EQ(answered.size(), 1U);
        EXPECT_EQ(answered[0].from, at(own, server));
    }
}

TEST_F(UdpSocketTest, OneOfASingleFamilyDoesTheSame)
{
    auto server = open("0.0.0.0");
    auto client = open("127.0.0.1");
    ASSERT_TRUE(client.send("question", at("127.0.0.5", server)));
    auto const asked = receive(server, 1);
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].to, asio::ip::make_address("127.0.0.5"));
    ASSERT_TRUE(server.send("answer", asked[0].from, asked[0].to));
    EXPECT_EQ(receive(client, 1).at(0).from, at("127.0.0.5", server));
    EXPECT_FALSE(server.send("x", {asio::ip::make_address("::1"), 9}));
}

TEST_F(UdpSocketTest, ManyInARowAllArrive)
{
    auto server = open("127.0.0.1");
    auto client = open("127.0.0.1");
    for (int i = 0; i < 200; ++i)
        ASSERT_TRUE(client.send(std::to_string(i), server.local()));
    auto const came = receive(server, 200);
    ASSERT_EQ(came.size(), 200U);
    EXPECT_EQ(came.back().bytes, "199");
}

TEST_F(UdpSocketTest, CancellingEndsTheWait)
{
    auto server = open("127.0.0.1");
    asio::post(context, [&] { server.cancel(); });
    EXPECT_TRUE(receive(server, 1).empty());
    EXPECT_TRUE(receive(server, 1).empty()) << "now and later";
}

TEST_F(UdpSocketTest, APortThatIsTakenIsNamed)
{
    auto const first = open("127.0.0.1");
    auto const second = net::UdpSocket::open(context.get_executor(), "127.0.0.1", first.local().port);
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().what.find(std::to_string(first.local().port)), std::string::npos);
    EXPECT_FALSE(net::UdpSocket::open(context.get_executor(), "nowhere", 0));
}

}  // namespace
