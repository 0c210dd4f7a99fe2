#pragma once

#include "base/crypto.hpp"
#include "cwmp/codec/codec.hpp"
#include "net/http_client.hpp"
#include "net/server.hpp"
#include "session/endpoint.hpp"
#include "support/fake_incidents.hpp"
#include "support/fake_sessions.hpp"
#include "support/fake_strangers.hpp"
#include "support/fake_waker.hpp"
#include "unit/session/conversation.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace session {
using boost::asio::ip::tcp;

/// A client that sends bytes as they are and reads one answer at a time.
class Wire {
public:
    explicit Wire(std::uint16_t port, char const* from = "127.0.0.1")
    {
        socket_.open(tcp::v4());
        socket_.bind({boost::asio::ip::make_address(from), 0});
        socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    }

    struct Reply {
        unsigned status = 0;
        std::string head;
        std::string body;
        [[nodiscard]] std::string header(std::string const& name) const
        {
            auto const at = head.find("\r\n" + name + ": ");
            if (at == std::string::npos)
                return {};
            auto const from = at + name.size() + 4;
            return head.substr(from, head.find("\r\n", from) - from);
        }
        [[nodiscard]] std::string cookie() const
        {
            return header("Set-Cookie").substr(0, header("Set-Cookie").find(';'));
        }
    };

    Reply send(std::string_view method, std::string_view body, std::vector<std::string> const& headers = {})
    {
        auto text = std::string{method} +
                    " /acs HTTP/1.1\r\nHost: acs\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
        for (auto const& header : headers)
            text += header + "\r\n";
        text += "\r\n" + std::string{body};
        boost::asio::write(socket_, boost::asio::buffer(text));
        Reply reply;
        auto const size = boost::asio::read_until(socket_, boost::asio::dynamic_buffer(buffer_), "\r\n\r\n");
        reply.head = buffer_.substr(0, size);
        buffer_.erase(0, size);
        reply.status = static_cast<unsigned>(std::stoul(reply.head.substr(9, 3)));
        auto const length = reply.header("Content-Length");
        auto const most = length.empty() ? 0 : std::stoul(length);
        if (buffer_.size() < most)
            boost::asio::read(socket_, boost::asio::dynamic_buffer(buffer_),
                              boost::asio::transfer_exactly(most - buffer_.size()));
        reply.body = buffer_.substr(0, most);
        buffer_.erase(0, most);
        return reply;
    }
    Reply post(cwmp::Message message, std::vector<std::string> const& headers = {})
    {
        return send("POST", cwmp::encode({.id = "7", .message = std::move(message)}, {}), headers);
    }
    Reply post_nothing(std::vector<std::string> const& headers = {}) { return send("POST", "", headers); }
    [[nodiscard]] std::uint16_t local_port() const { return socket_.local_endpoint().port(); }

private:
    boost::asio::io_context context_;
    tcp::socket socket_{context_};
    std::string buffer_;
};

class EndpointTest : public ConversationTest {
protected:
    explicit EndpointTest(std::size_t count = 1) : threads{count} {}
    ~EndpointTest() override
    {
        if (server)
            server->stop();
        threads.stop();
    }
    /// One I/O thread, as the stores in memory are for one.
    void start(LoginPolicy login = LoginPolicy::none, bool shared_connections = false)
    {
        policy.login = login;
        policy.digest = {.realm = "acs", .key = "0123456789abcdef"};
        policy.shared_logins = {{"bootstrap", net::make_digest_secret("bootstrap", "acs", "secret")}};
        services.incidents = &incidents;
        services.strangers = &strangers;
        services.journal = &sessions;
        endpoint.emplace(services, policy, threads);
        server.emplace(threads, metrics);
        net::Listener listener{.name = "cwmp", .address = "127.0.0.1"};
        listener.shared_connections = shared_connections;
        auto const listening = server->listen(listener, *endpoint);
        ASSERT_TRUE(listening) << listening.error().what;
        threads.start();
        port = server->local_port("cwmp");
    }
    [[nodiscard]] cwmp::Message hello() const { return inform(events(cwmp::event_code::periodic)).message; }

    /// The Authorization header of the shared login, after the challenge.
    std::string log_in(Wire& wire)
    {
        auto const asked = wire.post(hello());
        net::ClientLogin login{{"bootstrap", "secret"}, false};
        net::Headers challenge;
        challenge.add("WWW-Authenticate", asked.header("WWW-Authenticate"));
        EXPECT_TRUE(login.learn(challenge));
        return "Authorization: " + *login.authorization("POST", "/acs");
    }

    domain::TaskNews news;
    support::FakeWaker waker;
    support::FakeIncidents incidents;
    support::FakeStrangers strangers;
    support::FakeSessions sessions;
    EndpointPolicy policy{.open_enrolment = true};
    net::Threads threads;
    std::optional<CwmpEndpoint> endpoint;
    std::optional<net::Server> server;
    std::uint16_t port = 0;
};

}  // namespace session
