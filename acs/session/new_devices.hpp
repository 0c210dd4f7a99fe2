#pragma once

#include "base/clock.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>

namespace session {

/// How many unknown devices may become known.
struct NewDeviceLimits {
    std::uint32_t per_minute = 60'000;       ///< that become active at once: announced, by certificate, or listener
    std::uint32_t pending_per_minute = 600;  ///< that become pending
    std::uint32_t pending = 10'000;          ///< that are pending, in all
};

/// Bounds on devices that are made: a network full of invented serial numbers must not fill the inventory. One node
/// counts what it lets in itself; how many are pending in all it is told now and then. Safe from any thread.
class NewDevices {
public:
    explicit NewDevices(NewDeviceLimits limits) : limits_{limits} {}

    /// Another one may become active, or pending. False: it has to come later.
    [[nodiscard]] bool admit(bool pending, base::TimePoint now);

    /// How many are pending, as the database says.
    void set_pending(std::uint64_t count) noexcept;
    [[nodiscard]] NewDeviceLimits const& limits() const noexcept { return limits_; }

private:
    struct Minute {
        base::TimePoint start{};
        std::uint32_t count = 0;
        [[nodiscard]] bool take(std::uint32_t most, base::TimePoint now);
    };
    NewDeviceLimits const limits_;
    std::mutex mutex_;
    Minute active_;
    Minute made_pending_;
    std::uint64_t pending_ = 0;  ///< as it was told, and those let in since
};

}  // namespace session
