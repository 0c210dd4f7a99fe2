#pragma once

#include "load/scenario.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace sim {

/// Which devices of a phase inform, in which order and when. All of it follows from scenario and seed, nothing from the
/// network, and it is worked out when it is asked for: a million devices need no memory here.
class PhasePlan {
public:
    /// `number` is the index of the phase. The scenario must outlive the plan.
    PhasePlan(Scenario const& scenario, std::size_t number);

    [[nodiscard]] Phase const& phase() const noexcept { return phase_; }
    /// How many devices take part.
    [[nodiscard]] std::uint32_t devices() const noexcept { return chosen_; }
    /// The device (number in the scenario) that is `place`-th of them; places go round.
    [[nodiscard]] std::uint32_t device(std::uint64_t place) const noexcept;

    /// Pacing::over: when the device at `place` informs, after the beginning of the run.
    [[nodiscard]] std::chrono::microseconds time_over(std::uint32_t place) const noexcept;
    /// Pacing::rate: when session number `k` begins; none after the end of the phase.
    [[nodiscard]] std::optional<std::chrono::microseconds> time_at_rate(std::uint64_t k) const noexcept;
    /// Pacing::interval: when the device at `place` informs in round `round`; none after the end.
    [[nodiscard]] std::optional<std::chrono::microseconds> time_in_round(std::uint32_t place,
                                                                         std::uint32_t round) const noexcept;
    /// The place of a device that takes part.
    [[nodiscard]] std::uint32_t place(std::uint32_t device) const noexcept;

private:
    [[nodiscard]] double share(std::uint64_t a, std::uint64_t b) const noexcept;

    Phase const& phase_;
    std::uint64_t seed_;
    std::uint32_t first_;       ///< device of its group (or region)
    std::uint32_t stride_;      ///< to the next device of the region
    std::uint32_t population_;  ///< of the group (or region)
    std::uint32_t chosen_;
    std::uint64_t factor_ = 1;  ///< of the permutation place -> factor * place + offset
    std::uint64_t inverse_ = 1;
    std::uint64_t offset_ = 0;
};

/// 16 hexadecimal digits over everything that the scenario plans: who, why and when. Equal for equal scenarios and
/// seeds, whatever the network does.
[[nodiscard]] std::string trace_hash(Scenario const& scenario);

/// The serial number of a device of a scenario.
[[nodiscard]] std::string scenario_serial(Scenario const& scenario, std::uint32_t device);

}  // namespace sim
