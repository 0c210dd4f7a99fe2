#pragma once

#include "base/awaitable.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

namespace net {

namespace asio = boost::asio;

/// The I/O threads: each has an io_context of its own that only it runs, so a coroutine never leaves its thread.
class Threads {
public:
    /// Makes `count` io_contexts (0: as many as the machine has processors). No thread runs yet.
    explicit Threads(std::size_t count = 0);

    /// Stops and joins. Coroutines that are still suspended are destroyed with their io_contexts.
    ~Threads();

    Threads(Threads const&) = delete;
    Threads& operator=(Threads const&) = delete;

    [[nodiscard]] std::size_t size() const noexcept;
    [[nodiscard]] asio::io_context& context(std::size_t index);

    /// Starts the threads; once. Work may be spawned on the contexts before and after.
    void start();

    /// Lets every thread end when its last coroutine has ended, and waits for that. Not from an I/O thread.
    void finish();

    /// Ends every thread after the handler it is in, and waits for that. Not from an I/O thread.
    void stop();

    /// True between start() and the end of the threads.
    [[nodiscard]] bool running() const noexcept;

    /// Starts a coroutine on the thread `index`; from any thread. An exception that it lets out is logged.
    void spawn(std::size_t index, std::function<base::Awaitable<void>()> work);

    /// The index of the I/O thread that calls, none on every other thread.
    [[nodiscard]] static std::optional<std::size_t> current() noexcept;

private:
    struct Worker;
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace net
