#pragma once

#include "device/value_template.hpp"

#include <cstdint>

namespace sim {

/// Random numbers that are the same in every run with the same seed.
class Dice {
public:
    explicit Dice(std::uint64_t seed) noexcept : seed_{seed} {}

    /// From 0 up to, not including, 1.
    [[nodiscard]] double share() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }
    /// From 0 to `most` - 1; `most` is at least 1.
    [[nodiscard]] std::uint64_t below(std::uint64_t most) noexcept { return next() % most; }

private:
    std::uint64_t next() noexcept { return mixed(seed_, drawn_++); }

    std::uint64_t seed_;
    std::uint64_t drawn_ = 0;
};

}  // namespace sim
