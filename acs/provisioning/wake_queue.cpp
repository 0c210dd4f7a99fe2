#include "provisioning/wake_queue.hpp"

#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

namespace provisioning {

namespace {

using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>, base::Executor>;

}  // namespace

WakeQueue::WakeQueue(domain::Waker& waker, domain::SweepStore& store, base::Metrics& metrics, WakeLimits limits)
    : waker_{waker},
      store_{store},
      limits_{limits},
      woken_{metrics.counter("acs_rules_woken_total", "Devices woken because rules want something else of them.")},
      left_{metrics.counter("acs_rules_not_woken_total",
                            "Devices of which rules want something else that come by themselves.")}
{
}

bool WakeQueue::add(domain::DeviceKey device)
{
    if (!limits_.wakes || is_full()) {
        left_.add();
        return false;
    }
    if (known_.insert(device).second)
        waiting_.push_back(device);
    return true;
}

base::Awaitable<void> WakeQueue::wake_some()
{
    auto const room = limits_.at_once - std::min(limits_.at_once, in_flight_);
    std::vector<domain::DeviceKey> next;
    for (auto left = std::min(room, waiting_.size()); left > 0; --left) {
        next.push_back(waiting_.front());
        waiting_.pop_front();
        known_.erase(next.back());
    }
    if (next.empty())
        co_return;
    auto const marked = co_await store_.still_marked(next);
    auto const executor = co_await boost::asio::this_coro::executor;
    for (auto const device : next)
        if (marked.contains(device)) {
            ++in_flight_;
            boost::asio::co_spawn(executor, wake(device), boost::asio::detached);
        }
}

/// What a device does not answer does not matter: it is marked, and comes when it comes.
base::Awaitable<void> WakeQueue::wake(domain::DeviceKey device)
{
    domain::WakeOutcome outcome;
    try {
        outcome = co_await waker_.wake(device, {limits_.most, domain::Priority::automation, true});
    } catch (std::exception const& problem) {
        base::log::warning("rules.wake_failed", {{"device", device.value()}, {"cause", problem.what()}});
    }
    --in_flight_;
    (outcome.reached ? woken_ : left_).add();
}

base::Awaitable<void> WakeQueue::run()
{
    Timer timer{co_await boost::asio::this_coro::executor};
    for (;;) {
        timer.expires_after(std::chrono::seconds{1});
        co_await timer.async_wait(base::use_awaitable);
        try {
            co_await wake_some();
        } catch (std::exception const& problem) {
            base::log::warning("rules.wake_failed", {{"cause", problem.what()}});
        }
    }
}

}  // namespace provisioning
