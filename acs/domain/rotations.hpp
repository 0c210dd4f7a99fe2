#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "domain/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace domain {

/// How a rotation of the logins of a fleet stands.
enum class RotationState {
    running,
    paused,
    cancelled,
    done,  ///< every device has its task; some may not be done
};

[[nodiscard]] std::string_view to_text(RotationState state);
[[nodiscard]] std::optional<RotationState> rotation_state(std::string_view text);

/// An order to give many devices new logins.
struct Rotation {
    std::int64_t id = 0;
    std::string where;              ///< a condition as in a search; empty: all devices in service
    std::uint32_t per_minute = 60;  ///< devices, at most
    RotationState state = RotationState::running;
    std::string problem;  ///< why it was paused when no person did it
    base::TimePoint made_at{};
    std::string made_by;
    std::optional<base::TimePoint> ended_at;
    // its tasks
    std::uint64_t ordered = 0;
    std::uint64_t waiting = 0;  ///< not begun, or the new login was not used yet
    std::uint64_t done = 0;     ///< the new login was used
    std::uint64_t failed = 0;   ///< the old login is good as before
};

/// What a running rotation may do now.
struct RotationTurn {
    std::int64_t id = 0;
    std::string where;
    DeviceKey position;         ///< the last device that was looked at
    std::uint32_t devices = 0;  ///< for which tasks may be made now
};

/// The rotations that there are. Durable on return; throws base::Unavailable.
class Rotations {
public:
    virtual ~Rotations() = default;

    virtual base::Awaitable<Rotation> add(std::string where, std::uint32_t per_minute, std::string by) = 0;
    /// The newest first, at most 100.
    virtual base::Awaitable<std::vector<Rotation>> list() = 0;
    virtual base::Awaitable<std::optional<Rotation>> find(std::int64_t id) = 0;
    /// To running, paused or cancelled; one that is at its end stays. `problem`: why, when no person wants it. As it is
    /// afterwards; none: there is none. Tasks that were made go on; of a cancelled one those that were not begun do
    /// not.
    virtual base::Awaitable<std::optional<Rotation>> change(std::int64_t id, RotationState state,
                                                            std::string problem) = 0;

    /// The rotations that may make tasks now.
    virtual base::Awaitable<std::vector<RotationTurn>> turns() = 0;
    /// Makes the tasks for `devices` and goes on to `position`; `is_last`: there are no more. Nothing happens when
    /// somebody else has moved it, or stopped it.
    virtual base::Awaitable<void> advance(RotationTurn turn, std::vector<DeviceKey> devices, DeviceKey position,
                                          bool is_last) = 0;
};

}  // namespace domain
