#pragma once

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "net/stream.hpp"
#include "net/stun.hpp"
#include "net/udp_socket.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sim {

/// The STUN client of one device, and its ear for connection requests over UDP: one socket for both (TR-069 Annex G).
/// Asks again and again, so that NAT keeps the way open. On the device's thread.
class StunClient {
public:
    struct Settings {
        std::string server;  ///< name or address
        std::uint16_t port = 3478;
        std::string username;  ///< empty: it never signs
        std::string password;
        std::chrono::seconds keep_alive{30};
        friend bool operator==(Settings const&, Settings const&) = default;
    };
    struct Hooks {
        /// NAT makes this of the socket's address: it is so for the first time, or has changed.
        std::function<void(net::Endpoint const& mapped, bool is_behind_nat)> bound;
        /// A datagram that is no STUN message.
        std::function<void(std::string_view datagram)> request;
    };

    /// Opens a socket at `address` and asks at once. Fails when it cannot be opened.
    [[nodiscard]] static base::Result<std::shared_ptr<StunClient>>
    start(base::Executor const& executor, std::string const& address, Settings settings, Hooks hooks);

    /// Other settings, or the same: what is other is asked for at once.
    void use(Settings settings);
    /// Ends everything; no hook is called any more.
    void stop();

private:
    StunClient(base::Executor const& executor, net::UdpSocket socket, Settings settings, Hooks hooks);

    base::Awaitable<void> listen();
    base::Awaitable<void> keep_alive();
    base::Awaitable<void> bind();
    base::Awaitable<std::optional<net::Endpoint>> resolve() const;
    base::Awaitable<std::optional<net::stun::Message>> ask(net::Endpoint server, bool has_changed);
    [[nodiscard]] std::string request(net::stun::Transaction const& transaction, bool has_changed) const;
    [[nodiscard]] net::Endpoint own_address(net::Endpoint const& server) const;

    base::Executor executor_;
    net::UdpSocket socket_;
    Settings settings_;
    Hooks hooks_;
    net::Timer pause_;     ///< between two rounds
    net::Timer patience_;  ///< until an answer
    net::stun::Transaction awaited_{};
    std::optional<net::stun::Message> answer_;
    std::optional<net::Endpoint> mapped_;
    bool must_sign_ = false;         ///< the server asked for it
    bool has_new_settings_ = false;  ///< they were not used yet
    bool is_stopped_ = false;
};

}  // namespace sim
