#pragma once

#include "base/awaitable.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace support {

/// Runs one coroutine to its end on `context`, with all that it started meanwhile as far as it got; gives its value or
/// throws what it threw.
template <class T>
T run(boost::asio::io_context& context, base::Awaitable<T> work)
{
    std::exception_ptr failure;
    bool is_done = false;
    [[maybe_unused]] std::optional<std::conditional_t<std::is_void_v<T>, bool, T>> value;
    auto finish = [&](std::exception_ptr error, auto&&... result) {
        failure = error;
        is_done = true;
        if constexpr (sizeof...(result) == 1)
            value.emplace(std::move(result)...);
        context.stop();
    };
    boost::asio::co_spawn(context.get_executor(), std::move(work), finish);
    context.restart();
    context.run();
    if (!is_done)
        throw std::logic_error{"the coroutine waits for something that never comes"};
    if (failure)
        std::rethrow_exception(failure);
    if constexpr (!std::is_void_v<T>)
        return *std::move(value);
}

/// The same on an io_context of its own.
template <class T>
T run(base::Awaitable<T> work)
{
    boost::asio::io_context context{1};
    return run(context, std::move(work));
}

}  // namespace support
