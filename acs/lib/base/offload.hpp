#pragma once

#include "base/awaitable.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <concepts>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace base {

/// Runs blocking `work` on `pool`'s threads and resumes the caller on its own thread. The one door through which
/// rare blocking calls (hashing a file, a search in the database) leave the I/O threads; the session path uses the
/// batch queues instead. An exception thrown by `work` surfaces here.
template <std::invocable Work>
    requires(!std::is_void_v<std::invoke_result_t<Work&>>)
Awaitable<std::invoke_result_t<Work&>> offload(asio::thread_pool& pool, Work work)
{
    using Value = std::invoke_result_t<Work&>;
    struct Outcome {
        std::optional<Value> value;
        std::exception_ptr error;
    };
    auto const outcome = std::make_shared<Outcome>();
    auto initiate = [&pool, outcome, &work](auto handler) {
        auto const home = asio::get_associated_executor(handler);
        auto keep = std::make_shared<decltype(handler)>(std::move(handler));
        auto guard = asio::make_work_guard(home);
        asio::post(pool, [outcome, work = std::move(work), keep, home, guard = std::move(guard)]() mutable {
            try {
                outcome->value.emplace(work());
            } catch (...) {
                outcome->error = std::current_exception();
            }
            // The guard ends at home: released here, it could touch an io_context that is gone already.
            asio::post(home, [keep, guard = std::move(guard)] { std::move (*keep)(); });
        });
    };
    co_await asio::async_initiate<asio::use_awaitable_t<Executor> const&, void()>(initiate, use_awaitable);
    if (outcome->error)
        std::rethrow_exception(outcome->error);
    co_return std::move(*outcome->value);
}

/// The same for work without a result.
template <std::invocable Work>
    requires std::is_void_v<std::invoke_result_t<Work&>>
Awaitable<void> offload(asio::thread_pool& pool, Work work)
{
    auto done = [work = std::move(work)]() mutable {
        work();
        return true;
    };
    static_cast<void>(co_await offload(pool, std::move(done)));
}

}  // namespace base
