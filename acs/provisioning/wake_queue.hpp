#pragma once

#include "base/counters.hpp"
#include "domain/rule_sweep.hpp"
#include "domain/wakeup.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <set>

namespace provisioning {

struct WakeLimits {
    bool wakes = true;                       ///< false: devices are marked only
    std::size_t waiting = 10'000;            ///< devices; beyond it they come by themselves
    std::size_t at_once = 50;                ///< given to the waker, which paces them
    std::chrono::milliseconds most{60'000};  ///< until the Inform
};

/// Devices that are to come because rules want something else of them: each is woken once, and only while it has not
/// come by itself. How fast is the waker's business. Lives on one thread.
class WakeQueue {
public:
    /// All must outlive this and the thread.
    WakeQueue(domain::Waker& waker, domain::SweepStore& store, base::Metrics& metrics, WakeLimits limits);

    [[nodiscard]] bool is_full() const noexcept { return waiting_.size() >= limits_.waiting; }
    /// False: it is not woken, because the queue is full or nobody is woken.
    bool add(domain::DeviceKey device);
    /// Wakes as many as there is room for, in the background.
    base::Awaitable<void> wake_some();
    /// Does so every second; never returns.
    base::Awaitable<void> run();

private:
    base::Awaitable<void> wake(domain::DeviceKey device);

    domain::Waker& waker_;
    domain::SweepStore& store_;
    WakeLimits limits_;
    base::Counter& woken_;
    base::Counter& left_;
    std::deque<domain::DeviceKey> waiting_;
    std::set<domain::DeviceKey> known_;  ///< those in waiting_
    std::size_t in_flight_ = 0;
};

}  // namespace provisioning
