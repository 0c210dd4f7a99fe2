#pragma once

#include "base/clock.hpp"

#include <chrono>

namespace support {

/// Time that stands still until it is moved. It begins on 2026-03-01 at noon UTC.
class HandClock final : public base::Clock {
public:
    [[nodiscard]] base::TimePoint now() const override { return now_; }
    void advance(base::TimePoint::duration by) { now_ += by; }
    void set(base::TimePoint now) { now_ = now; }

private:
    base::TimePoint now_{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours{12}};
};

}  // namespace support
