#include "api/waking.hpp"

#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <exception>

namespace api {

namespace {

/// A little less than the caller's time: what kept the device away is known when that is over.
constexpr std::chrono::milliseconds wake_time(std::chrono::milliseconds most)
{
    return most - std::min(most / 10, std::chrono::milliseconds{250});
}

base::Awaitable<void> wake(domain::Waker& waker, domain::DeviceKey device, std::chrono::milliseconds most,
                           Waking waking)
{
    try {
        *waking = co_await waker.wake(device, {.most = wake_time(most)});
    } catch (std::exception const& failure) {
        base::log::warning("api.wake_failed", {{"reason", failure.what()}});
        *waking = domain::WakeOutcome{false, "the server could not send a connection request now"};
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
