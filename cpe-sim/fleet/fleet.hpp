#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "fleet/connection_requests.hpp"
#include "fleet/cpe.hpp"
#include "fleet/settings.hpp"
#include "fleet/statistics.hpp"
#include "fleet/xmpp_requests.hpp"
#include "net/threads.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// Many simulated CPEs in one program, on a few threads.
class Fleet {
public:
    /// Makes the devices; fails when the settings cannot be used or a certificate cannot be read.
    [[nodiscard]] static base::Result<std::unique_ptr<Fleet>> create(FleetSettings settings);
    ~Fleet();
    Fleet(Fleet const&) = delete;
    Fleet& operator=(Fleet const&) = delete;

    /// Listens for connection requests and switches the devices on, one after the other over the ramp. Fails when the
    /// address is taken.
    [[nodiscard]] base::Result<void> start();

    /// Ends all sessions and waits, at most a second and a half. Once.
    void stop();

    [[nodiscard]] Statistics const& statistics() const noexcept { return statistics_; }
    [[nodiscard]] std::size_t size() const noexcept { return cpes_.size(); }
    /// For tests: touch a device only while the fleet does not run.
    [[nodiscard]] Cpe& cpe(std::size_t index) { return *cpes_[index]; }

private:
    Fleet(FleetSettings settings, std::shared_ptr<net::TlsClientContext> tls);
    void make_devices();
    [[nodiscard]] base::Result<void> start_xmpp();
    [[nodiscard]] DeviceSettings device_settings(Persona const& persona, std::size_t index) const;

    FleetSettings settings_;
    base::SystemClock clock_;
    Statistics statistics_;
    FleetContext context_;
    std::atomic<std::size_t> living_{0};
    std::vector<std::unique_ptr<Cpe>> cpes_;
    net::Threads threads_;
    ConnectionRequests requests_;
    XmppRequests xmpp_;
};

/// `text` with {oui}, {product} and {serial} replaced.
[[nodiscard]] std::string expand_login(std::string_view text, std::string_view oui, std::string_view product_class,
                                       std::string_view serial_number);

/// The serial number of a fleet's device: the same for the same seed and index, another for every other.
[[nodiscard]] std::string serial_number(std::string_view prefix, std::uint64_t seed, std::size_t index);

}  // namespace sim
