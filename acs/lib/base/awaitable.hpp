#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace base {

namespace asio = boost::asio;

/// Where coroutines run. One io_context per thread and no strands: a coroutine never leaves its thread,
/// so what only coroutines of one thread touch needs no lock.
using Executor = asio::io_context::executor_type;

/// What every coroutine of the project returns.
template <class T>
using Awaitable = asio::awaitable<T, Executor>;

/// Completion token: `co_await op(use_awaitable)` throws on errors.
inline constexpr asio::use_awaitable_t<Executor> use_awaitable{};

/// Completion token: `auto [ec, n] = co_await op(as_tuple)` never throws.
inline constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable_t<Executor>{});

}  // namespace base
