#pragma once

#include "base/clock.hpp"
#include "cwmp/message.hpp"
#include "domain/device.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace session {

/// When a box was started, by the UpTime that it tells, as far as it tells one.
struct BootTime {
    base::TimePoint before{};  ///< by the Inform before this one
    base::TimePoint now{};     ///< by this one
};
/// None: this Inform or the one before told no UpTime.
[[nodiscard]] std::optional<BootTime> boot_time(cwmp::Inform const& inform, domain::KnownDevice const& known,
                                                base::TimePoint now);

/// Counts how often a device turns out to have been started before it was started: the boot time of one box only moves
/// forward, that of two boxes with one identity goes back and forth. One node counts what it sees itself. Safe from any
/// thread.
class BootTimes {
public:
    static constexpr std::size_t most_devices = 10'000;   ///< counted at once; more are not counted
    static constexpr std::chrono::minutes tolerance{10};  ///< UpTimes are told late, and clocks drift
    static constexpr std::chrono::hours span{24};         ///< that the count is of

    /// `most`: allowed within `span`.
    explicit BootTimes(std::uint32_t most) : most_{most} {}

    /// An authenticated Inform came. True when its boot time went back once too often; the count starts anew then.
    [[nodiscard]] bool note(domain::DeviceKey device, BootTime const& boot, base::TimePoint now);

private:
    struct Count {
        base::TimePoint start{};
        std::uint32_t count = 0;
    };
    std::uint32_t const most_;
    std::mutex mutex_;
    std::unordered_map<std::int64_t, Count> devices_;
};

}  // namespace session
