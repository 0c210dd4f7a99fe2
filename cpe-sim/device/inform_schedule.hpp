#pragma once

#include "base/clock.hpp"
#include "device/dice.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sim {

/// The bounds of one wait of the session retry policy (TR-069 3.2.1.1).
struct RetryBounds {
    std::chrono::duration<double> least;
    std::chrono::duration<double> most;
};

/// How long to wait before retry number `attempt` (1 for the first): from m * (k/1000)^(n-1) to m * (k/1000)^n seconds,
/// with n at most 10. `minimum_wait` is m in seconds, `multiplier` is k.
[[nodiscard]] RetryBounds retry_bounds(unsigned attempt, std::uint32_t minimum_wait = 5,
                                       std::uint32_t multiplier = 2000);

/// Draws a wait within the bounds.
[[nodiscard]] std::chrono::microseconds draw_wait(RetryBounds bounds, Dice& dice);

/// When periodic informs are due (ManagementServer.PeriodicInform*).
struct PeriodicSettings {
    bool enabled = true;
    std::chrono::seconds interval{3600};
    std::optional<base::TimePoint> phase;  ///< PeriodicInformTime; none: the device picks its own
    friend bool operator==(PeriodicSettings const&, PeriodicSettings const&) = default;
};

/// The first time after `now` that lies a whole number of intervals from the phase.
[[nodiscard]] base::TimePoint next_in_phase(base::TimePoint now, base::TimePoint phase, std::chrono::seconds interval);

/// The informs that a device knows of in advance: the periodic ones and those of ScheduleInform.
class InformSchedule {
public:
    /// One ScheduleInform that has not fired yet.
    struct Scheduled {
        base::TimePoint at;
        std::string command_key;
    };

    /// Takes settings; the first periodic inform comes at a random point of the interval when no phase is given.
    void configure(PeriodicSettings settings, base::TimePoint now, Dice& dice);

    void schedule(base::TimePoint at, std::string command_key) { scheduled_.push_back({at, std::move(command_key)}); }
    void clear_scheduled() noexcept { scheduled_.clear(); }

    /// True once for every periodic inform that has become due; missed ones count as one.
    [[nodiscard]] bool take_periodic(base::TimePoint now);
    /// The command keys of what ScheduleInform wanted by now; each is given once.
    [[nodiscard]] std::vector<std::string> take_scheduled(base::TimePoint now);

    /// When something becomes due next; none when nothing ever does.
    [[nodiscard]] std::optional<base::TimePoint> next() const;

private:
    PeriodicSettings settings_{.enabled = false};
    std::optional<base::TimePoint> periodic_;
    std::vector<Scheduled> scheduled_;
};

}  // namespace sim
