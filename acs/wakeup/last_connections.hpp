#pragma once

#include "domain/reachability.hpp"
#include "wakeup/recent_map.hpp"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>

namespace wakeup {

/// Where the devices that informed this node last came from: a NAT may still let a connection to that address and port
/// through to them. Those that nobody hears of for long are forgotten. Safe from any thread.
class LastConnections final : public domain::ConnectionNotes {
public:
    static constexpr std::size_t usual_most = 100'000;
    static constexpr std::chrono::hours life{
        2};  ///< RFC 5382: a NAT keeps an idle TCP connection for two hours at least

    explicit LastConnections(std::size_t most = usual_most) : places_{most} {}

    void note(domain::DeviceKey device, domain::Place from) noexcept override;
    /// None when it is not known any more.
    [[nodiscard]] std::optional<domain::Place> find(domain::DeviceKey device) const;

private:
    struct Entry {
        domain::Place from;
        std::chrono::steady_clock::time_point at;
    };

    mutable std::mutex mutex_;
    RecentMap<domain::DeviceKey, Entry> places_;
};

}  // namespace wakeup
