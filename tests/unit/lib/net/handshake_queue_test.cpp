#include "net/handshake_queue.hpp"

#include "net/expected_peers.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <string>

namespace net {
namespace {

namespace asio = boost::asio;

struct Handshakes : ::testing::Test {
    void come(std::string name, bool expected = false)
    {
        asio::co_spawn(io, take_turn(std::move(name), expected), asio::detached);
    }
    base::Awaitable<void> take_turn(std::string name, bool expected)
    {
        co_await queue->turn(expected);
        order += name;
    }

    asio::io_context io{1};
    std::shared_ptr<HandshakeQueue> queue = std::make_shared<HandshakeQueue>(io, 3);
    std::string order;
};

TEST_F(Handshakes, AreBegunInTheOrderInWhichClientsCame)
{
    for (auto const* const name : {"a", "b", "c"})
        come(name);
    io.run();
    EXPECT_EQ(order, "abc");
}

TEST_F(Handshakes, OfExpectedClientsGoFirst)
{
    come("a");
    come("b");
    come("X", true);
    io.run();
    EXPECT_EQ(order, "Xab");
}

TEST_F(Handshakes, LetOtherWorkGoOnBetweenTwoOfThem)
{
    for (auto const* const name : {"a", "b", "c"})
        come(name);
    auto const session = [this](auto self, int steps) -> void {
        order += '.';
        if (steps > 1)
            asio::post(io, [self, steps] { self(self, steps - 1); });
    };
    asio::post(io, [session] { session(session, 6); });
    io.run();
    EXPECT_LT(order.find('.'), order.find('b')) << order;
    EXPECT_NE(order.find(".b"), std::string::npos) << order;
    EXPECT_NE(order.find(".c"), std::string::npos) << order;
}

TEST_F(Handshakes, WhoFindsTheQueueFullWaitsForAPlace)
{
    for (auto const* const name : {"a", "b", "c"})
        come(name);
    while (!queue->is_full())
        io.run_one();
    std::size_t begun = 0;
    auto const wait = [&]() -> base::Awaitable<void> {
        while (queue->is_full())
            co_await queue->wait_for_place();
        begun = order.size();
    };
    asio::co_spawn(io, wait(), asio::detached);
    io.run();
    EXPECT_FALSE(queue->is_full());
    EXPECT_LE(begun, 2U) << "it did not wait for all";
    EXPECT_EQ(order, "abc");
}

TEST(ExpectedPeers, AreExpectedUntilTheirTimeIsOver)
{
    auto const address = asio::ip::make_address("192.0.2.1");
    ExpectedPeers peers;
    EXPECT_FALSE(peers.contains(address));
    peers.expect(address, std::chrono::seconds{60});
    EXPECT_TRUE(peers.contains(address));
    EXPECT_TRUE(peers.contains(asio::ip::make_address("::ffff:192.0.2.1"))) << "the same host";
    EXPECT_FALSE(peers.contains(asio::ip::make_address("192.0.2.2")));
    peers.expect(address, std::chrono::seconds{0});
    EXPECT_FALSE(peers.contains(address));
}

TEST(ExpectedPeers, AreBoundedInNumber)
{
    ExpectedPeers peers{2};
    peers.expect(asio::ip::make_address("192.0.2.1"), std::chrono::seconds{0});
    peers.expect(asio::ip::make_address("192.0.2.2"), std::chrono::seconds{60});
    peers.expect(asio::ip::make_address("192.0.2.3"), std::chrono::seconds{60});
    EXPECT_TRUE(peers.contains(asio::ip::make_address("192.0.2.3"))) << "in the place of one whose time was over";
    peers.expect(asio::ip::make_address("192.0.2.4"), std::chrono::seconds{60});
    EXPECT_FALSE(peers.contains(asio::ip::make_address("192.0.2.4")));
}

}  // namespace
}  // namespace net
