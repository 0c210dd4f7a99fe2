#pragma once

#include "base/clock.hpp"
#include "base/counters.hpp"
#include "wakeup/stun_server.hpp"
#include "wakeup/target_rules.hpp"
#include "wakeup/wake_method.hpp"

#include <atomic>
#include <cstdint>
#include <vector>

namespace wakeup {

/// Connection requests over UDP (TR-069 Annex G), from the STUN server's socket: the only one that NAT lets in. They go
/// where the device was heard if it signed for that, or if its Inform said the same; and to where its Inform said.
/// Nobody answers, so a request that was sent says nothing.
class UdpWaker final : public WakeMethod {
public:
    /// All must outlive the waker.
    UdpWaker(StunServer& server, base::Clock const& clock, base::Metrics& metrics, TargetRules targets);

    [[nodiscard]] std::string_view name() const noexcept override { return "udp"; }
    [[nodiscard]] bool applies(WakeTarget const& target, std::string& why) const override;
    base::Awaitable<Asked> ask(WakeTarget target, std::chrono::steady_clock::time_point until) override;

private:
    struct Place {
        net::Endpoint address;
        boost::asio::ip::address local;
    };
    [[nodiscard]] std::vector<Place> places_of(WakeTarget const& target, std::string& why) const;
    [[nodiscard]] std::vector<std::string> requests_for(WakeTarget const& target, net::Endpoint const& to);

    StunServer& server_;
    base::Clock const& clock_;
    TargetRules targets_;
    base::Counter& sent_;
    std::atomic<std::uint32_t> last_id_;
};

}  // namespace wakeup
