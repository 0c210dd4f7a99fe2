// Whether those who were asked have come.
#include "base/log.hpp"
#include "wakeup/dispatcher.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <exception>
#include <utility>

namespace wakeup {

void Dispatcher::watch_for(Waking& waking)
{
    waking.is_watched = true;
    if (!std::exchange(is_watching_, true))
        boost::asio::co_spawn(parts_.home, watch(), boost::asio::detached);
}

/// One statement for all, as long as there is anybody.
base::Awaitable<void> Dispatcher::watch()
{
    auto const timer = parts_.timers.make();
    for (;;) {
        co_await timer->wait_until(parts_.timers.now() + limits_.poll);
        std::vector<domain::DeviceKey> watched;
        for (auto const& [key, waking] : wakings_)
            if (waking->is_watched && !waking->has_informed)
                watched.push_back(waking->device);
        if (watched.empty())
            break;
        co_await look(std::move(watched));
    }
    is_watching_ = false;
}

base::Awaitable<void> Dispatcher::look(std::vector<domain::DeviceKey> devices)
{
    std::vector<std::pair<domain::DeviceKey, base::TimePoint>> informs;
    try {
        informs = co_await parts_.store.last_informs(std::move(devices));
    } catch (std::exception const& failure) {  // who waits does so until his time is over
        base::log::warning("wakeup.informs", {{"reason", failure.what()}});
    }
    for (auto const& [device, at] : informs) {
        auto const found = wakings_.find(device.value());
        if (found == wakings_.end())
            continue;
        // One that began while this was looked up does not know yet which Informs are old.
        auto const& target = found->second->target.device;
        if (target.key != device || at <= target.last_inform.value_or(base::TimePoint{}))
            continue;
        found->second->has_informed = true;
        found->second->timer->ring();
    }
}

base::Awaitable<void> Dispatcher::inform(Shared waking, Moment until)
{
    while (!waking->has_informed && parts_.timers.now() < until)
        co_await waking->timer->wait_until(until);
}

}  // namespace wakeup
