#include "net_fixture.hpp"
#include "process.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <fstream>

namespace {

using test::RawClient;
using test::ServerTest;

constexpr auto haproxy_program = "/usr/sbin/haproxy";

std::uint16_t free_port()
{
    int const descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    ::bind(descriptor, reinterpret_cast<sockaddr*>(&where), size);
    ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&where), &size);
    ::close(descriptor);
    return ntohs(where.sin_port);
}

class HaproxyTest : public ServerTest {
protected:
    void SetUp() override
    {
        if (!std::filesystem::exists(haproxy_program))
            GTEST_SKIP() << haproxy_program << " is not installed";
    }

    /// HAProxy in `mode` in front of the server; `server_options` as behind "server acs ADDRESS".
    void start_proxy(std::string const& mode, std::string const& server_options)
    {
        front = free_port();
        std::ofstream{folder / "haproxy.cfg"}
            << "defaults\n mode " << mode << "\n timeout connect 5s\n timeout client 30s\n timeout server 30s\n"
            << (mode == "http" ? " option forwardfor\n http-reuse always\n" : "")
            << "listen acs\n bind 127.0.0.1:" << front << "\n server acs 127.0.0.1:" << port() << ' ' << server_options
            << '\n';
        proxy.emplace(std::vector<std::string>{haproxy_program, "-db", "-f", folder / "haproxy.cfg"}, folder / "log");
        ASSERT_TRUE(eventually([this] {
            try {
                RawClient{front};
                return true;
            } catch (std::exception const&) {
                return false;
            }
        }));
    }

    [[nodiscard]] std::string ask(RawClient& client, std::string const& body)
    {
        client.send("POST /acs HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                    body);
        return client.answer();
    }

    test::TemporaryFolder folder;
    std::uint16_t front = 0;
    std::optional<test::Process> proxy;
};

TEST_F(HaproxyTest, TellsThePeerByTheProxyProtocol)
{
    listener.proxy_protocol = net::ProxyProtocol::v2;
    std::atomic<std::uint16_t> seen_port{0};
    answer = [&seen_port](net::Request& request) {
        seen_port = request.peer.port;
        return test::echo(request);
    };
    start();
    start_proxy("tcp", "send-proxy-v2");
    auto const result = test::run<net::ClientResult>([&]() -> base::Awaitable<net::ClientResult> {
        static std::uint16_t local;
        net::ClientConnection connection{*net::parse_url("http://127.0.0.1:" + std::to_string(front)), {}};
        auto answered = co_await connection.exchange({});
        local = connection.local()->port;
        EXPECT_EQ(local, seen_port);
        co_return answered;
    });
    ASSERT_TRUE(result);
    EXPECT_EQ(result->body, "GET / 127.0.0.1 ");
}

TEST_F(HaproxyTest, ReusesItsConnectionsForSeveralClients)
{
    listener.trusted_proxies = {"127.0.0.0/8"};
    listener.shared_connections = true;
    answer = [](net::Request& request) -> base::Awaitable<net::Response> {
        co_return net::text_response(200, std::to_string(request.connection->id()) + ' ' +
                                              (request.connection->is_shared() ? "shared " : "own ") + request.body);
    };
    start();
    start_proxy("http", "");
    RawClient one{front};
    RawClient two{front};
    for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(ask(one, "from one").ends_with("shared from one"));
        EXPECT_TRUE(ask(two, "from two").ends_with("shared from two"));
    }
    EXPECT_EQ(count("acs_http_requests_total"), 40u);
    EXPECT_LT(count("acs_http_accepted_total"), 10u);
}

TEST_F(HaproxyTest, EndsTlsHereBehindAProxyHeader)
{
    use_tls();
    listener.proxy_protocol = net::ProxyProtocol::v2;
    start();
    start_proxy("tcp", "send-proxy-v2");
    auto const result = test::run<net::ClientResult>([&] {
        return net::fetch(*net::parse_url("https://127.0.0.1:" + std::to_string(front) + "/"), {}, tls_client());
    });
    ASSERT_TRUE(result) << result.error().what;
    EXPECT_EQ(result->body, "GET / 127.0.0.1 ");
}

}  // namespace
