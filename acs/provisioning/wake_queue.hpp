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
    unsigned per_second = 5;                ///< connection requests; 0: nobody is woken
    std::size_t waiting = 10'000;           ///< devices; beyond it they come by themselves
    std::size_t at_once = 50;               ///< connection requests in flight: people's have room beside them
    std::chrono::milliseconds most{5'000};  ///< until the Inform
    unsigned tries = 3;                     ///< of a device that is busy
};

/// Devices that are to come because rules want something else of them: woken at a bounded rate, each once, and only
/// while it has not come by itself. Lives on one thread.
class WakeQueue {
public:
    /// All must outlive this and the thread.
    WakeQueue(domain::Waker& waker, domain::SweepStore& store, base::Metrics& metrics, WakeLimits limits);

    [[nodiscard]] bool is_full() const noexcept { return waiting_.size() >= limits_.waiting; }
    /// False: it is not woken, because the queue is full or nobody is woken.
    bool add(domain::DeviceKey device);
    /// Wakes as many as a second allows, in the background.
    base::Awaitable<void> wake_some();
    /// Does so every second; never returns.
    base::Awaitable<void> run();

private:
    struct Waiting {
        domain::DeviceKey device;
        unsigned tries = 0;
    };
    base::Awaitable<void> wake(Waiting next);

    domain::Waker& waker_;
    domain::SweepStore& store_;
    WakeLimits limits_;
    base::Counter& woken_;
    base::Counter& left_;
    std::deque<Waiting> waiting_;
    std::set<domain::DeviceKey> known_;  ///< those in waiting_
    std::size_t in_flight_ = 0;
};

}  // namespace provisioning
