#include "net/threads.hpp"

#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <vector>

namespace net {

namespace {

thread_local std::optional<std::size_t> current_index;

/// The function is a parameter, so it lives in the frame as long as the coroutine that it makes.
base::Awaitable<void> call(std::function<base::Awaitable<void>()> work)
{
    co_await work();
}

void log_escaped(std::exception_ptr const& exception)
{
    base::log::escaped("net.task_failed", exception);
}

}  // namespace

struct Threads::Worker {
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};
    std::thread thread;
};

struct Threads::State {
    std::vector<std::unique_ptr<Worker>> workers;
    std::atomic<bool> running{false};
};

Threads::Threads(std::size_t count) : state_{std::make_unique<State>()}
{
    if (count == 0)
        count = std::max(1u, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < count; ++i)
        state_->workers.push_back(std::make_unique<Worker>());
}

Threads::~Threads()
{
    stop();
}

std::size_t Threads::size() const noexcept
{
    return state_->workers.size();
}

asio::io_context& Threads::context(std::size_t index)
{
    return state_->workers.at(index)->context;
}

void Threads::start()
{
    state_->running = true;
    for (std::size_t i = 0; i < size(); ++i)
        state_->workers[i]->thread = std::thread{[this, i] {
            current_index = i;
            state_->workers[i]->context.run();
        }};
}

void Threads::finish()
{
    for (auto& worker : state_->workers)
        worker->guard.reset();
    for (auto& worker : state_->workers)
        if (worker->thread.joinable())
            worker->thread.join();
    state_->running = false;
}

void Threads::stop()
{
    for (auto& worker : state_->workers)
        worker->context.stop();
    finish();
}

bool Threads::running() const noexcept
{
    return state_->running;
}

void Threads::spawn(std::size_t index, std::function<base::Awaitable<void>()> work)
{
    asio::co_spawn(context(index), call(std::move(work)), log_escaped);
}

std::optional<std::size_t> Threads::current() noexcept
{
    return current_index;
}

}  // namespace net
