#pragma once

#include <chrono>

namespace base {

/// A moment in UTC, to the microsecond (what PostgreSQL's timestamptz holds).
using TimePoint = std::chrono::sys_time<std::chrono::microseconds>;

/// Where "now" comes from, so that tests can move time by hand. Safe from any thread.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual TimePoint now() const = 0;
};

/// The machine's own clock.
class SystemClock final : public Clock {
public:
    [[nodiscard]] TimePoint now() const override
    {
        return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    }
};

}  // namespace base
