#pragma once

#include "base/awaitable.hpp"

#include <chrono>
#include <memory>

namespace wakeup {

using Moment = std::chrono::steady_clock::time_point;

/// Waits for a moment, for one coroutine at a time.
class Timer {
public:
    virtual ~Timer() = default;
    /// Comes back at `moment`, or before when ring() is called meanwhile.
    virtual base::Awaitable<void> wait_until(Moment moment) = 0;
    virtual void ring() = 0;
};

/// Where time comes from, so that tests can let it pass in no time. On the thread of whom it serves.
class Timers {
public:
    virtual ~Timers() = default;
    [[nodiscard]] virtual Moment now() const = 0;
    [[nodiscard]] virtual std::unique_ptr<Timer> make() = 0;
};

/// The machine's own time.
class SteadyTimers final : public Timers {
public:
    explicit SteadyTimers(base::Executor executor) : executor_{std::move(executor)} {}
    [[nodiscard]] Moment now() const override { return std::chrono::steady_clock::now(); }
    [[nodiscard]] std::unique_ptr<Timer> make() override;

private:
    base::Executor executor_;
};

}  // namespace wakeup
