#include "api/waking.hpp"

#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <exception>

namespace api {

namespace {

constexpr std::chrono::seconds busy_pause{1};  ///< before a device that is in a session is asked again

base::Awaitable<domain::WakeOutcome> wake_once(domain::Waker& waker, domain::DeviceKey device,
                                               std::chrono::milliseconds most)
{
    try {
        co_return co_await waker.wake(device, most);
    } catch (std::exception const& failure) {
        base::log::warning("api.wake_failed", {{"reason", failure.what()}});
    }
    co_return domain::WakeOutcome{false, "the server could not send a connection request now"};
}

/// A device in a session is asked again until that is over, or until nobody waits any more.
base::Awaitable<void> wake(domain::Waker& waker, domain::DeviceKey device, std::chrono::milliseconds most,
                           Waking waking)
{
    using Steady = std::chrono::steady_clock;
    auto const until = Steady::now() + most;
    boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor};
    for (;;) {
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(until - Steady::now());
        *waking = co_await wake_once(waker, device, std::max(left, std::chrono::milliseconds{1}));
        bool const is_awaited = waking.use_count() > 1;
        if (!(*waking)->is_busy || !is_awaited || Steady::now() + busy_pause >= until)
            co_return;
        timer.expires_after(busy_pause);
        co_await timer.async_wait(base::as_tuple);
        if (waking.use_count() == 1)
            co_return;
    }
}

}  // namespace

base::Awaitable<Waking> begin_waking(domain::Waker& waker, domain::DeviceKey device, std::chrono::milliseconds most)
{
    auto waking = std::make_shared<std::optional<domain::WakeOutcome>>();
    boost::asio::co_spawn(co_await boost::asio::this_coro::executor, wake(waker, device, most, waking),
                          boost::asio::detached);
    co_return waking;
}

}  // namespace api
