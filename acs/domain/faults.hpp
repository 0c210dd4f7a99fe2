#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "cwmp/device_id.hpp"
#include "domain/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace domain {

/// What kind of thing is wrong; also the order in which faults are listed.
enum class FaultKind {
    task,        ///< the newest task of its kind failed on the device
    rule,        ///< a rule is no longer tried on the device
    sessions,    ///< its last sessions ended badly, at least two in a row
    automation,  ///< automation leaves it alone
};
inline constexpr std::size_t fault_kind_count = static_cast<std::size_t>(FaultKind::automation) + 1;

/// "task", "rule", ...
[[nodiscard]] std::string_view to_text(FaultKind kind) noexcept;
[[nodiscard]] std::optional<FaultKind> fault_kind(std::string_view text) noexcept;

/// Something that is wrong with a device now. It goes away by itself when it is wrong no more.
struct Fault {
    FaultKind kind = FaultKind::task;
    DeviceKey device;
    cwmp::DeviceId identity;
    std::string model;             ///< the device's model, else its product class
    std::optional<unsigned> code;  ///< of CWMP; of tasks only
    std::string text;              ///< a sentence
    std::optional<base::TimePoint> since;
    std::uint32_t times = 1;  ///< attempts of a task, sessions in a row
    std::optional<TaskId> task;
    std::string subject;  ///< kind of a task, name of a rule
    std::string what;     ///< of a rule: the parameter or instance; empty: all of it
};

/// Which faults are asked for.
struct FaultQuery {
    FaultKind kind = FaultKind::task;
    std::optional<DeviceKey> device;
    std::optional<unsigned> code;
    base::TimePoint since{};  ///< tasks that were ordered before are history
    std::string after;        ///< place_of the last one of the page before, of the same kind; empty: from the first on
    unsigned limit = 100;
};

/// Where a fault stands among those of its kind.
[[nodiscard]] std::string place_of(Fault const& fault);

/// Faults of one kind, with one code, on devices of one model.
struct FaultGroup {
    FaultKind kind = FaultKind::task;
    std::optional<unsigned> code;
    std::string model;
    std::uint64_t devices = 0;
    std::uint64_t faults = 0;
};

/// What is wrong now. Throws base::Unavailable.
class Faults {
public:
    virtual ~Faults() = default;

    /// Of one kind: tasks the newest first, others by device.
    virtual base::Awaitable<std::vector<Fault>> list(FaultQuery query) = 0;
    /// The groups with the most devices first, at most `limit`. Reads much.
    virtual base::Awaitable<std::vector<FaultGroup>> groups(base::TimePoint since, unsigned limit) = 0;
};

}  // namespace domain
