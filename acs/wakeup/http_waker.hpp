#pragma once

#include "base/counters.hpp"
#include "domain/inventory.hpp"
#include "domain/wakeup.hpp"
#include "net/expected_peers.hpp"
#include "net/http_client.hpp"
#include "wakeup/target_rules.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace wakeup {

struct WakeupLimits {
    std::chrono::milliseconds connect{3'000};    ///< TCP to a CPE
    std::chrono::milliseconds exchange{10'000};  ///< its answer
    std::size_t at_once = 200;                   ///< connection requests in flight; more are refused with that cause
    std::uint32_t answer_bytes = 64 * 1024;      ///< of a CPE's answer that are read, header and body each
    std::chrono::milliseconds poll{250};         ///< between two looks whether the Inform came
};

struct WakeupSettings {
    WakeupLimits limits;
    TargetRules targets;
    bool allow_basic = false;        ///< answer a Basic challenge: it sends the password in clear
    std::string username, password;  ///< for devices of which no login of their own is known; empty: none
    std::shared_ptr<net::ExpectedPeers>
        expected;  ///< told the addresses of devices that are asked to come; may be null
};

/// Connection requests over HTTP (TR-069 3.2.2): GET on the device's ConnectionRequestURL, Digest when it asks.
/// An answer is no proof: reached means that the device's Inform came. Safe from any I/O thread.
class HttpWaker final : public domain::Waker {
public:
    /// Both must outlive the waker.
    HttpWaker(domain::Inventory& inventory, base::Metrics& metrics, WakeupSettings settings);

    base::Awaitable<domain::WakeOutcome> wake(domain::DeviceKey device, std::chrono::milliseconds most) override;

private:
    using Moment = std::chrono::steady_clock::time_point;

    void expect(domain::DeviceRow const& device, std::chrono::milliseconds most) const;
    base::Awaitable<domain::WakeOutcome> request(domain::DeviceRow device, Moment until);
    [[nodiscard]] std::vector<domain::Inventory::WakeCredentials>
    logins_from(std::vector<domain::Inventory::WakeCredentials> own) const;
    base::Awaitable<net::ClientResult> ask(net::Url url, net::Credentials credentials, Moment until);
    base::Awaitable<domain::WakeOutcome> wait_for_inform(domain::DeviceKey device, base::TimePoint since, Moment until);

    domain::Inventory& inventory_;
    WakeupSettings settings_;
    base::Counter& sent_;
    base::Counter& reached_;
    base::Counter& missed_;
    std::atomic<std::size_t> in_flight_{0};
};

/// What an attempt that got an answer, or none, says in plain words; empty when the CPE took the request.
[[nodiscard]] std::string cause_of(net::ClientResult const& result, bool had_credentials);

}  // namespace wakeup
