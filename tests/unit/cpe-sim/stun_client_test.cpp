#include "fleet/stun_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace stun = net::stun;
using namespace std::chrono_literals;
using sim::StunClient;

net::Endpoint endpoint(char const* address, std::uint16_t port)
{
    return {asio::ip::make_address(address), port};
}

/// A STUN server that does what a test says, and a client of it.
class StunClientTest : public testing::Test {
protected:
    struct Heard {
        stun::Message message;
        std::string bytes;
        net::Endpoint from;
    };

    StunClientTest()
    {
        settings.server = "127.0.0.1";
        settings.port = server.local().port;
        settings.keep_alive = 1s;
        asio::co_spawn(context, serve(), [](std::exception_ptr) {});
    }
    ~StunClientTest() override
    {
        if (client)
            client->stop();
        server.cancel();
        context.restart();
        context.run();
    }
    base::Awaitable<void> serve()
    {
        for (;;) {
            auto const datagram = co_await server.receive();
            if (!datagram)
                co_return;
            heard.push_back({stun::parse(datagram->bytes).value(), std::string{datagram->bytes}, datagram->from});
            auto const reply = answer(heard.back());
            if (!reply.empty())
                server.send(reply, datagram->from);
        }
    }
    /// Until `is_over`.
    void run(std::function<bool()> const& is_over)
    {
        if (!client) {
            StunClient::Hooks hooks;
            hooks.bound = [this](net::Endpoint const& mapped, bool is_behind_nat) {
                bound.emplace_back(mapped.to_string(), is_behind_nat);
            };
            hooks.request = [this](std::string_view datagram) { requests.emplace_back(datagram); };
            client = StunClient::start(context.get_executor(), address, settings, hooks).value();
        }
        context.restart();
        while (!is_over())
            context.run_one();
    }
    [[nodiscard]] static std::string tell(Heard const& request, net::Endpoint const& mapped)
    {
        return stun::Writer{stun::Kind::response, request.message.transaction}
            .address(stun::Attribute::mapped_address, mapped)
            .finish();
    }

    asio::io_context context{1};
    net::UdpSocket server = net::UdpSocket::open(context.get_executor(), "127.0.0.1", 0).value();
    std::string address = "127.0.0.1";
    StunClient::Settings settings;
    std::shared_ptr<StunClient> client;
    std::function<std::string(Heard const&)> answer = [](Heard const& request) { return tell(request, request.from); };
    std::vector<Heard> heard;
    std::vector<std::pair<std::string, bool>> bound;
    std::vector<std::string> requests;
};

TEST_F(StunClientTest, FindsOutWhatNatMakesOfItsAddress)
{
    answer = [](Heard const& request) { return tell(request, endpoint("203.0.113.5", 4'000)); };
    run([&] { return !bound.empty(); });
    EXPECT_EQ(bound[0], (std::pair{std::string{"203.0.113.5:4000"}, true}));
    EXPECT_TRUE(heard[0].message.is_connection_request_binding);
    EXPECT_FALSE(heard[0].message.is_binding_change);
    EXPECT_EQ(heard[0].message.integrity_at, 0U) << "nobody asked it to sign";
}

TEST_F(StunClientTest, KnowsThatThereIsNoNat)
{
    address = "0.0.0.0";
    run([&] { return !bound.empty(); });
    EXPECT_FALSE(bound[0].second);
}

TEST_F(StunClientTest, AsksAgainInTimeAndTellsTheServerOfAChange)
{
    auto port = std::uint16_t{4'000};
    answer = [&](Heard const& request) { return tell(request, endpoint("203.0.113.5", port)); };
    run([&] { return bound.size() == 1; });
    port = 4'001;
    run([&] { return heard.size() == 3; });
    ASSERT_EQ(bound.size(), 2U);
    EXPECT_EQ(bound[1].first, "203.0.113.5:4001");
    EXPECT_FALSE(heard[1].message.is_binding_change);
    EXPECT_TRUE(heard[2].message.is_binding_change);
    EXPECT_EQ(heard[0].from, heard[2].from) << "always from the socket that listens";
}

TEST_F(StunClientTest, SignsWhenItIsAskedTo)
{
    settings.username = "cpe-1";
    settings.password = "secret";
    answer = [](Heard const& request) {
        if (!stun::integrity_of(request.message, request.bytes, "secret"))
            return stun::Writer{stun::Kind::error, request.message.transaction}.error(401, "Unauthorized").finish();
        stun::Writer writer{stun::Kind::response, request.message.transaction};
        return writer.address(stun::Attribute::mapped_address, request.from).sign("secret", stun::Integrity::padded);
    };
    run([&] { return !bound.empty(); });
    ASSERT_EQ(heard.size(), 2U);
    EXPECT_EQ(heard[1].message.username, "cpe-1");
}

TEST_F(StunClientTest, WhoSignsBelievesNoAnswerThatIsNotSigned)
{
    settings.username = "cpe";
    settings.password = "secret";
    answer = [&](Heard const& request) {
        if (request.message.integrity_at == 0)
            return stun::Writer{stun::Kind::error, request.message.transaction}.error(401, "Unauthorized").finish();
        if (heard.size() == 2)
            return tell(request, endpoint("198.51.100.9", 9));
        stun::Writer writer{stun::Kind::response, request.message.transaction};
        return writer.address(stun::Attribute::mapped_address, request.from).sign("secret", stun::Integrity::padded);
    };
    run([&] { return !bound.empty(); });
    EXPECT_EQ(heard.size(), 3U);
    EXPECT_EQ(bound[0].first, heard[0].from.to_string());
}

TEST_F(StunClientTest, ARequestThatIsLostIsRepeated)
{
    answer = [&](Heard const& request) { return heard.size() < 3 ? std::string{} : tell(request, request.from); };
    run([&] { return !bound.empty(); });
    EXPECT_EQ(heard.size(), 3U);
    EXPECT_EQ(heard[0].bytes, heard[2].bytes);
}

TEST_F(StunClientTest, HandsOnWhatIsNoAnswer)
{
    run([&] { return !bound.empty(); });
    server.send("GET http://127.0.0.1?ts=1&id=2&sig=3 HTTP/1.1\r\n\r\n", heard[0].from);
    run([&] { return !requests.empty(); });
    EXPECT_EQ(requests[0].substr(0, 4), "GET ");
}

}  // namespace
