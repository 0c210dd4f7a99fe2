#include "xmpp/loop.hpp"

#include "base/log.hpp"
#include "xmpp/connection.hpp"
#include "xmpp/courier.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace xmpp {

namespace {

constexpr unsigned long longest_rest = 20;   // milliseconds between two looks at what is to be sent
constexpr std::chrono::seconds farewell{1};  // for the server to close its stream

/// libstrophe's library state is made once and never given back.
void initialize_library()
{
    static bool const is_done = (xmpp_initialize(), true);
    static_cast<void>(is_done);
}

/// A table of file descriptors of this thread's own, empty but for standard input and outputs: select(), with which
/// libstrophe waits, writes beyond its bounds for numbers from 1,024 on, and a server has many more.
bool take_own_descriptors()
{
    constexpr unsigned first = 3;
    return close_range(first, ~0U, CLOSE_RANGE_UNSHARE) == 0;
}

}  // namespace

struct Loop::State {
    explicit State(Limits bounds) : limits{bounds} {}

    void run();
    void say_goodbye(xmpp_ctx_t* context);

    Limits const limits;
    Courier courier;
    std::vector<std::unique_ptr<Connection>> connections;
    std::atomic<bool> is_stopping{false};
    std::thread thread;
};

void Loop::State::run()
{
    if (!take_own_descriptors()) {
        base::log::error("xmpp.no_descriptors", {{"reason", std::strerror(errno)}});
        return;
    }
    Context const context{xmpp_ctx_new(nullptr, nullptr)};
    while (!is_stopping) {
        auto const now = std::chrono::steady_clock::now();
        for (auto const& connection : connections)
            connection->tick(context.get(), now);
        xmpp_run_once(context.get(), longest_rest);
    }
    say_goodbye(context.get());
    for (auto const& connection : connections)
        connection->close();
}

void Loop::State::say_goodbye(xmpp_ctx_t* context)
{
    for (auto const& connection : connections)
        connection->leave();
    auto const is_open = [](auto const& connection) { return connection->is_connected(); };
    auto const end = std::chrono::steady_clock::now() + farewell;
    while (std::ranges::any_of(connections, is_open) && std::chrono::steady_clock::now() < end)
        xmpp_run_once(context, longest_rest);
}

Loop::Loop(Limits limits) : state_{std::make_unique<State>(limits)} {}

Loop::~Loop()
{
    stop();
}

Client* Loop::add(Account account, OnRequest on_request, OnChange on_change)
{
    if (state_->connections.size() >= most)
        return nullptr;
    state_->connections.push_back(std::make_unique<Connection>(
        std::move(account), state_->limits, std::move(on_request), std::move(on_change), state_->courier));
    return state_->connections.back().get();
}

void Loop::start()
{
    initialize_library();
    state_->thread = std::thread{[this] { state_->run(); }};
}

void Loop::stop()
{
    state_->is_stopping = true;
    if (state_->thread.joinable())
        state_->thread.join();
    state_->courier.stop();
}

}  // namespace xmpp
