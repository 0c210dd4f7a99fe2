#pragma once

#include "base/awaitable.hpp"
#include "base/log.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace base {

/// Has `worker` take a step() each `interval`, until the io_context ends. A step that fails is told as a warning
/// `identifier`, once as long as the reason stays the same, and the next one comes nevertheless. `worker` must outlive
/// the coroutine.
template <class Worker>
Awaitable<void> take_steps(Worker& worker, std::chrono::milliseconds interval, std::string_view identifier)
{
    boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor};
    std::string told;
    for (;;) {
        timer.expires_after(interval);
        if (auto const [failure] = co_await timer.async_wait(as_tuple); failure)
            co_return;
        std::string problem;
        try {
            co_await worker.step();
        } catch (std::exception const& exception) {
            problem = exception.what();
        }
        if (problem != told && !problem.empty())
            log::warning(identifier, {{"reason", problem}});
        told = std::move(problem);
    }
}

}  // namespace base
