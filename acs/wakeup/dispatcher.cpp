#include "wakeup/dispatcher.hpp"

#include "base/log.hpp"
#include "base/unavailable.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace wakeup {

namespace asio = boost::asio;
using domain::Priority;

namespace {

constexpr std::chrono::milliseconds between_looks{20};  ///< whether the pace lets somebody through

}  // namespace

Dispatcher::Dispatcher(DispatcherParts parts, DispatchLimits limits)
    : parts_{std::move(parts)},
      limits_{limits},
      pace_{limits.rates, parts_.timers.now()},
      line_{pace_},
      open_{parts_.metrics.gauge("acs_wakes_open", "Devices being woken")},
      in_line_{parts_.metrics.gauge("acs_wakes_waiting", "Of these the ones that wait for their turn")}
{
    for (auto const* const method : parts_.methods)
        for (std::size_t result = 0; result < domain::wake_results; ++result)
            counters_[std::string{method->name()}].at(result) =
                &parts_.metrics.counter("acs_wake_attempts_total", "Attempts to wake a device, by method and outcome",
                                        fmt::format(R"(method="{}",outcome="{}")", method->name(),
                                                    domain::to_text(static_cast<domain::WakeResult>(result))));
}

Dispatcher::~Dispatcher() = default;

base::Awaitable<domain::WakeOutcome> Dispatcher::wake(domain::DeviceKey device, domain::WakeWish wish)
{
    auto work = wake_at_home(device, wish);
    co_return co_await asio::co_spawn(parts_.home, std::move(work), base::use_awaitable);
}

base::Awaitable<domain::WakeOutcome> Dispatcher::wake_at_home(domain::DeviceKey device, domain::WakeWish wish)
{
    if (!wish.anew && parts_.live.is_live(device))
        co_return domain::WakeOutcome{.reached = true, .method = "session"};
    auto const patience = parts_.timers.now() + std::min(wish.most, limits_.longest);
    for (;;) {
        auto const found = wakings_.find(device.value());
        bool const is_new = found == wakings_.end();
        if (is_new && is_full(wish.priority))
            co_return domain::WakeOutcome{false, "too many devices are being woken (wakeup.waiting); try again"};
        auto const waking = is_new ? begin(device) : found->second;
        // What the others wait for has come already: that session began before this wish.
        bool const is_late =
            wish.anew && waking->is_asked && (waking->has_informed || parts_.live.is_live(waking->device));
        join(*waking, wish, patience);
        if (is_new)
            asio::co_spawn(parts_.home, run(waking), asio::detached);
        co_await await_end(waking, patience);
        if (waking->is_over && is_late && waking->outcome.reached)
            continue;
        if (waking->is_over)
            co_return waking->outcome;
        auto const& attempts = waking->note.attempts;
        co_return domain::WakeOutcome{.cause = waking->stage,
                                      .method = attempts.empty() ? "" : attempts.back().method,
                                      .outlook = waking->outlook};
    }
}

base::Awaitable<void> Dispatcher::await_end(Shared waking, Moment patience)
{
    auto const timer = parts_.timers.make();
    auto const place = waking->waiters.insert(waking->waiters.end(), timer.get());
    while (!waking->is_over && parts_.timers.now() < patience)
        co_await timer->wait_until(patience);
    waking->waiters.erase(place);
}

bool Dispatcher::is_full(Priority priority) const
{
    auto const more = priority == Priority::person ? limits_.waiting / 10 : 0;
    return wakings_.size() >= limits_.waiting + more;
}

Dispatcher::Shared Dispatcher::begin(domain::DeviceKey device)
{
    auto waking = std::make_shared<Waking>();
    waking->device = device;
    waking->priority = Priority::bulk;
    waking->stage = "the server has not looked it up yet";
    wakings_.emplace(device.value(), waking);
    open_.set(static_cast<std::int64_t>(wakings_.size()));
    return waking;
}

void Dispatcher::join(Waking& waking, domain::WakeWish const& wish, Moment patience)
{
    waking.priority = std::min(waking.priority, wish.priority);
    waking.until = std::max(waking.until, patience);
    if (waking.timer != nullptr)  // else it is only just beginning, and not in the line
        line_.raise(waking.device, lane_of(waking.priority));
}

base::Awaitable<void> Dispatcher::run(Shared waking)
{
    auto const timer = parts_.timers.make();  // here, so that it ends with its thread
    waking->timer = timer.get();
    try {
        waking->outcome = co_await attempt(waking);
    } catch (base::Unavailable const& failure) {
        base::log::warning("wakeup.failed", {{"device_key", waking->device.value()}, {"reason", failure.what()}});
        waking->outcome = {false, "the server could not wake it now: its database does not answer"};
    } catch (std::exception const& failure) {
        base::log::warning("wakeup.failed", {{"device_key", waking->device.value()}, {"reason", failure.what()}});
        waking->outcome = {false, "the server could not wake it now: something in it failed, which its log tells"};
    }
    release(*waking);
    waking->is_over = true;
    wakings_.erase(waking->device.value());
    open_.set(static_cast<std::int64_t>(wakings_.size()));
    for (auto* const waiter : waking->waiters)
        waiter->ring();
}

/// Waits until the device may be asked; false: nobody waits for it any more.
base::Awaitable<bool> Dispatcher::turn(Shared waking)
{
    auto const since = parts_.timers.now();
    waking->stage = "it was not asked yet: others come first (see Reaching a device in the operator's manual)";
    line_.join({waking->device, lane_of(waking->priority), waking->network});
    if (line_.size() == 1)
        admit();  // else the next tick finds it: a look at the line each time that somebody joins it is too much
    while (!waking->has_place && parts_.timers.now() < waking->until)
        co_await waking->timer->wait_until(waking->until);
    line_.leave(waking->device);
    in_line_.set(static_cast<std::int64_t>(line_.size()));
    if (waking->has_place && parts_.timers.now() - since >= limits_.poll)
        co_await look({waking->device});
    co_return waking->has_place;
}

/// Lets those ask who may now.
void Dispatcher::admit()
{
    while (asking_ < limits_.at_once) {
        auto const next = line_.next(parts_.timers.now(), asking_ >= limits_.at_once - limits_.at_once / 4);
        if (!next)
            break;
        auto const found = wakings_.find(next->device.value());
        if (found == wakings_.end())
            continue;
        ++asking_;
        found->second->has_place = true;
        found->second->timer->ring();
    }
    in_line_.set(static_cast<std::int64_t>(line_.size()));
    if (!line_.empty() && !std::exchange(is_ticking_, true))
        asio::co_spawn(parts_.home, tick(), asio::detached);
}

base::Awaitable<void> Dispatcher::tick()
{
    auto const timer = parts_.timers.make();
    while (!line_.empty()) {
        co_await timer->wait_until(parts_.timers.now() + between_looks);
        admit();
    }
    is_ticking_ = false;
}

void Dispatcher::release(Waking& waking)
{
    if (!std::exchange(waking.has_place, false))
        return;
    --asking_;
    admit();
}

}  // namespace wakeup
