#pragma once

#include "base/crypto.hpp"
#include "net/stun.hpp"
#include "support/fake_bindings.hpp"
#include "support/run.hpp"
#include "wakeup/stun_server.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

namespace test {

using namespace std::chrono_literals;
namespace stun = net::stun;

/// A STUN server on loopback, and devices that ask it.
class StunFixture : public testing::Test {
protected:
    StunFixture()
    {
        settings.node = "n1";
        settings.address = "127.0.0.1";
        settings.port = 0;
        settings.write_pause = 5ms;
    }

    void start()
    {
        server = std::make_unique<wakeup::StunServer>(store, clock, metrics, settings);
        auto const started = server->start();
        ASSERT_TRUE(started) << started.error().what;
    }
    [[nodiscard]] net::UdpSocket device(std::string const& address = "127.0.0.1")
    {
        return net::UdpSocket::open(context.get_executor(), address, 0).value();
    }
    [[nodiscard]] net::Endpoint server_at(std::string const& address = "127.0.0.1") const
    {
        return {boost::asio::ip::make_address(address), server->port()};
    }

    /// A request of TR-111; signed when there is a password.
    [[nodiscard]] static std::string request(std::string const& username = {}, std::string const& password = {})
    {
        stun::Writer writer{stun::Kind::request, stun::new_transaction(false)};
        writer.text(stun::Attribute::connection_request_binding, stun::binding_mark);
        if (!username.empty())
            writer.text(stun::Attribute::username, username);
        return password.empty() ? writer.finish() : writer.sign(password, stun::Integrity::padded);
    }
    /// The next datagram, as text.
    [[nodiscard]] std::string receive(net::UdpSocket& socket) { return support::run(context, next(socket)); }
    [[nodiscard]] stun::Message ask(net::UdpSocket& socket, std::string const& bytes)
    {
        EXPECT_TRUE(socket.send(bytes, server_at(socket.local().address.to_string())));
        return stun::parse(receive(socket)).value();
    }
    [[nodiscard]] std::string binding_of(domain::DeviceKey key) const
    {
        auto const found = server->binding(key);
        return found ? found->address.to_string() : "";
    }
    template <class Condition>
    static void wait_until(Condition condition)
    {
        while (!condition())
            std::this_thread::sleep_for(1ms);
    }

    boost::asio::io_context context{1};
    support::FakeBindings store;
    base::SystemClock clock;
    base::Metrics metrics;
    wakeup::StunSettings settings;
    std::unique_ptr<wakeup::StunServer> server;

private:
    static base::Awaitable<std::string> next(net::UdpSocket& socket)
    {
        auto const datagram = co_await socket.receive();
        co_return datagram ? std::string{datagram->bytes} : std::string{};
    }
};

}  // namespace test
