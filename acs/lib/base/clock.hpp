#pragma once

#include <chrono>
#include <cstdint>

namespace base {

/// A moment in UTC, to the microsecond (what PostgreSQL's timestamptz holds).
using TimePoint = std::chrono::sys_time<std::chrono::microseconds>;

/// As devices' trees, outcomes and other JSON of ours keep time.
[[nodiscard]] constexpr std::int64_t seconds_since_1970(TimePoint time)
{
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

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
