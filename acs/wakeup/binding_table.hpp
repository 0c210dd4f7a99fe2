#pragma once

#include "base/clock.hpp"
#include "domain/device_bindings.hpp"
#include "net/network.hpp"
#include "wakeup/recent_map.hpp"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_set>
#include <vector>

namespace wakeup {

/// Where a device was last heard that waits for connection requests over UDP.
struct Binding {
    net::Endpoint address;             ///< that its binding request came from
    boost::asio::ip::address local{};  ///< of ours, that it was sent to; unspecified: not known
    bool is_verified = false;          ///< the device signed for it
    base::TimePoint seen{};
    friend bool operator==(Binding const&, Binding const&) = default;
};

/// What the STUN server of this node has heard, by device. Bounded; what is not heard again in time is forgotten. What
/// changed is gathered, for whoever writes it down. Safe from any thread.
class BindingTable {
public:
    /// At most `most` devices; each is forgotten when it was silent for `life`.
    BindingTable(std::size_t most, std::chrono::seconds life) : life_{life}, bindings_{most} {}

    enum class Verdict {
        taken,    ///< the device is heard there from now on
        same,     ///< as before
        refused,  ///< nobody signed for it, and the device signed for another address
    };
    Verdict hear(domain::DeviceKey device, Binding binding);

    [[nodiscard]] std::optional<Binding> find(domain::DeviceKey device, base::TimePoint now) const;
    [[nodiscard]] std::size_t size() const;

    /// Forgets what was silent for too long.
    void expire(base::TimePoint now);

    /// What is to be written of what changed since: bindings as they are now, and devices without one.
    struct Changes {
        std::vector<std::pair<domain::DeviceKey, Binding>> kept;
        std::vector<domain::DeviceKey> gone;
        [[nodiscard]] bool empty() const noexcept { return kept.empty() && gone.empty(); }
    };
    [[nodiscard]] Changes take_changes(std::size_t most);
    /// They could not be written.
    void give_back(Changes const& changes);
    /// A binding that was written, at `written`, before this program started. It does not stand above one that was
    /// heard since.
    void restore(domain::DeviceKey device, Binding binding, base::TimePoint written);

private:
    struct Entry {
        Binding binding;
        base::TimePoint written{};  ///< when it was last noted for writing
    };

    std::chrono::seconds const life_;
    mutable std::mutex mutex_;
    RecentMap<domain::DeviceKey, Entry> bindings_;
    std::unordered_set<domain::DeviceKey> changed_;
};

}  // namespace wakeup
