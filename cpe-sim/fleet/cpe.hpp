#pragma once

#include "agent/http_exchange.hpp"
#include "agent/quirks.hpp"
#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "device/device.hpp"
#include "fleet/statistics.hpp"
#include "fleet/stun_client.hpp"
#include "net/authorization.hpp"
#include "net/digest.hpp"
#include "net/tls.hpp"
#include "net/udp_request.hpp"

#include <boost/asio/basic_waitable_timer.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sim {

/// What all devices of a fleet share. Must outlive them.
struct FleetContext {
    base::Clock const& clock;
    Statistics& statistics;
    std::shared_ptr<net::TlsClientContext> tls;
    Quirks quirks;
    net::ClientLimits limits;
    bool gzip = false;
    std::uint32_t session_timeout = 60;
    std::chrono::milliseconds boot_time{2'000};
    std::chrono::seconds change_interval{0};  ///< mean; 0: never
    std::string udp_address;                  ///< numeric, where devices with STUN listen; empty: they do not
    std::atomic<bool> stopping{false};
};

/// What a connection request is answered with.
enum class RequestVerdict {
    taken,
    ask_digest,  ///< no login yet
    ask_basic,
    wrong,  ///< a login, but not the right one
    busy,   ///< in a session, restarting, or asked too often
};

/// A device that lives: informs when it has a reason, moves files, restarts. All on one I/O thread.
class Cpe {
public:
    /// Requests that are taken within `request_window`; more are refused as the busy device that they would make.
    static constexpr unsigned max_requests = 10;
    static constexpr std::chrono::seconds request_window{10};

    Cpe(Persona const& persona, DeviceSettings settings, FleetContext& context, std::size_t thread);

    /// Switches the device on after `delay` and returns when the fleet stops.
    base::Awaitable<void> live(std::chrono::milliseconds delay);

    /// Switches STUN on with this server, as the factory could have done. Before it lives.
    void use_stun(std::string_view server, std::uint16_t port);

    /// Judges a connection request and, when it is taken, starts a session soon. On the device's thread.
    base::Awaitable<RequestVerdict> take_request(net::Authorization login, net::DigestServer const& digest);

    /// The same for a request over XMPP (TR-069 Annex K) of the Jabber ID `from`: taken, wrong or busy. On the device's
    /// thread.
    [[nodiscard]] RequestVerdict take_xmpp_request(std::string_view from, std::string_view username,
                                                   std::string_view password);
    /// Its Jabber ID works from now on. On the device's thread.
    void logged_in_at_xmpp(std::string const& jid);
    /// A datagram that may be a connection request: whatever is wrong with it, nobody is told. On the device's thread.
    void take_udp_request(std::string_view datagram);

    /// Ends waits and sessions, after FleetContext::stopping was set. On the device's thread.
    void stop() noexcept;

    [[nodiscard]] std::size_t thread() const noexcept { return thread_; }
    [[nodiscard]] Device& device() noexcept { return device_; }

private:
    using Timer =
        boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                          boost::asio::wait_traits<std::chrono::steady_clock>, base::Executor>;

    base::Awaitable<void> step();
    base::Awaitable<void> wait_until(base::TimePoint time);
    base::Awaitable<void> sleep(std::chrono::milliseconds time);
    base::Awaitable<void> hold_session();
    base::Awaitable<void> move(TransferJob job);
    base::Awaitable<void> restart();
    void switch_on();
    void tell_jabber_id();
    void change_at_home();
    void tend_stun(base::Executor const& executor);
    void end_stun();
    void tell_udp_address(std::string_view address, bool is_behind_nat);
    [[nodiscard]] StunClient::Settings stun_settings() const;
    [[nodiscard]] bool is_new_request(net::UdpRequest const& request) const;
    [[nodiscard]] bool may_request(base::TimePoint now);
    [[nodiscard]] RequestVerdict accept_request(base::TimePoint now);
    [[nodiscard]] base::TimePoint now() const { return context_.clock.now(); }

    Device device_;
    FleetContext& context_;
    std::size_t thread_;
    Timer* timer_ = nullptr;            ///< the one that is waited on
    HttpExchange* exchange_ = nullptr;  ///< of the running session
    bool is_off_ = true;
    std::string jabber_id_;  ///< under which it takes requests over XMPP, or empty
    Cookies cookies_;        ///< of the last session, for the quirk that sends them
    std::optional<base::TimePoint> next_change_;
    base::TimePoint window_start_{};
    unsigned requests_in_window_ = 0;
    std::shared_ptr<StunClient> stun_;  ///< none: STUN is off
    std::int64_t last_udp_time_ = 0;    ///< of the connection requests over UDP that were taken
    std::string last_udp_id_;           ///< of the last one
};

}  // namespace sim
