#pragma once

#include "base/clock.hpp"
#include "base/counters.hpp"
#include "base/result.hpp"
#include "domain/device_bindings.hpp"
#include "net/source_rates.hpp"
#include "net/stream.hpp"
#include "net/threads.hpp"
#include "net/udp_socket.hpp"
#include "wakeup/binding_table.hpp"
#include "wakeup/stun_answer.hpp"
#include "wakeup/stun_logins.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace wakeup {

struct StunSettings {
    std::string node;            ///< the configured name of this node
    std::string address = "::";  ///< numeric; "::" serves IPv4 too
    std::uint16_t port = 3478;
    bool require_integrity = false;                ///< answer only devices that sign with their login
    std::uint32_t requests_per_source = 100;       ///< in a second, of an IPv4 address or an IPv6 /64
    std::uint32_t requests_per_second = 20'000;    ///< of all
    std::size_t bindings = 500'000;                ///< devices that are known at once
    std::chrono::seconds binding_life{900};        ///< without a request of the device
    std::size_t waiting = 1'000;                   ///< requests that wait for the database
    std::chrono::milliseconds write_pause{2'000};  ///< between two batches for the database
};

/// A STUN server for TR-069 Annex G, on a thread of its own: tells devices what NAT makes of their address, and keeps
/// where they are heard. Connection requests over UDP leave from the same socket: NAT lets nothing else in.
class StunServer {
public:
    /// All must outlive the server.
    StunServer(domain::DeviceBindings& store, base::Clock const& clock, base::Metrics& metrics, StunSettings settings);
    ~StunServer();  ///< stops
    StunServer(StunServer const&) = delete;
    StunServer& operator=(StunServer const&) = delete;

    /// Opens the socket and starts the thread. Fails naming address and port.
    [[nodiscard]] base::Result<void> start();
    /// Ends the thread. What the store still does for it must end before the server is destroyed.
    void stop();

    /// Where this node hears the device. From any thread.
    [[nodiscard]] std::optional<Binding> binding(domain::DeviceKey device) const;
    /// Sends one datagram from the server's socket; false before start(). From any thread.
    bool send(std::string_view bytes, net::Endpoint const& to, boost::asio::ip::address const& from = {});

    [[nodiscard]] std::uint16_t port() const { return is_open_ ? socket_->local().port : 0; }

private:
    /// A request that waits for what its user name stands for.
    struct Waiting {
        std::string bytes;
        net::stun::Message message;
        StunRoute route;
    };
    struct Counters {
        explicit Counters(base::Metrics& metrics);
        base::Counter& answered;
        base::Counter& refused;
        base::Counter& malformed;
        base::Counter& limited;
        base::Counter& bindings_refused;
        base::Gauge& bindings;
    };

    base::Awaitable<void> serve();
    base::Awaitable<void> look_up();
    base::Awaitable<void> keep_books();
    base::Awaitable<void> restore();
    base::Awaitable<void> write_changes();

    void take(net::Datagram const& datagram);
    void settle(net::stun::Message const& request, std::string_view bytes, StunRoute const& route,
                StunLogins::Logins const& logins, bool is_fresh);
    void wait(net::stun::Message const& request, std::string_view bytes, StunRoute const& route);
    void note_binding(net::stun::Message const& request, StunSender const& sender, StunRoute const& route);

    domain::DeviceBindings& store_;
    base::Clock const& clock_;
    StunSettings const settings_;
    Counters counters_;
    BindingTable table_;
    StunLogins logins_;
    net::SourceRates rates_;
    std::deque<Waiting> waiting_;
    bool store_failed_ = false;  ///< the last time: an outage is logged once
    net::Threads thread_{1};
    net::Timer name_came_;  ///< cancelled when look_up() has work
    std::optional<net::UdpSocket> socket_;
    std::atomic<bool> is_open_{false};  ///< socket_ is there: others may send before and while it is opened
};

}  // namespace wakeup
