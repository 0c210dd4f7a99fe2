#include "session/endpoint_state.hpp"

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "cwmp/codec/codec.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <utility>

namespace session {

namespace asio = boost::asio;
using Steady = std::chrono::steady_clock;

namespace {

constexpr int most_tries = 200;  ///< of 10 ms, until a session that is busy is given up for one request

// A device refuses connection requests for a moment after its session.
constexpr std::chrono::seconds before_waking{1};
constexpr std::chrono::seconds waking{30};  ///< for a missed task

constexpr std::chrono::milliseconds first_pause{20};  ///< between two looks for a kept session; then twice as long

/// One of those who wait, counted for as long as it lives.
class Waiting {
public:
    explicit Waiting(std::shared_ptr<std::atomic<std::size_t>> all) : all_{std::move(all)}, count_{++*all_} {}
    ~Waiting() { --*all_; }
    Waiting(Waiting const&) = delete;
    Waiting& operator=(Waiting const&) = delete;
    /// Those who waited when it came, itself included.
    [[nodiscard]] std::size_t count() const noexcept { return count_; }

private:
    std::shared_ptr<std::atomic<std::size_t>> all_;
    std::size_t count_;
};

}  // namespace

unsigned status_of(Answer::Kind kind) noexcept
{
    switch (kind) {
        case Answer::Kind::message: return 200;
        case Answer::Kind::nothing: return 204;
        case Answer::Kind::refused: return 400;
        case Answer::Kind::forbidden: return 403;
        case Answer::Kind::unavailable:
        case Answer::Kind::close: break;
    }
    return 503;
}

bool is_cookie(std::string_view text) noexcept
{
    return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string make_cookie(unsigned node)
{
    return fmt::format("{:03x}{}", node & 0xfffU, base::random_hex(16).substr(3));
}

unsigned node_of(std::string_view cookie) noexcept
{
    unsigned node = 0;
    std::from_chars(cookie.data(), cookie.data() + 3, node, 16);
    return node;
}

CwmpEndpoint::State::State(Services s, EndpointPolicy policy, net::Threads& t)
    : services{std::move(s)},
      counters{services.metrics},
      gate{std::move(policy)},
      registry{services.limits.sessions, services.limits.after_end},
      takeovers{services.limits.takeovers_per_hour},
      boot_times{services.limits.older_boots_per_day},
      threads{t},
      sweeping(t.size(), 0)
{
}

base::Awaitable<Reply> CwmpEndpoint::State::exchange(std::shared_ptr<LiveSession> live, Post post,
                                                     std::uint64_t connection)
{
    auto const home = live->thread;
    if (net::Threads::current() == home)
        co_return co_await serve(std::move(live), std::move(post), connection);
    auto work = serve(std::move(live), std::move(post), connection);
    co_return co_await asio::co_spawn(threads.context(home).get_executor(), std::move(work), base::use_awaitable);
}

base::Awaitable<Reply> CwmpEndpoint::State::serve(std::shared_ptr<LiveSession> live, Post post,
                                                  std::uint64_t connection)
{
    // It is being put away, or the CPE did not wait for an answer: neither takes long.
    for (int tries = 0; live->busy && tries < most_tries; ++tries) {
        asio::steady_timer timer{co_await asio::this_coro::executor, std::chrono::milliseconds{10}};
        co_await timer.async_wait(base::as_tuple);
    }
    if (live->busy || live->session.ended())
        co_return Reply{.kind = Answer::Kind::refused, .gone = live->session.ended()};
    live->busy = true;
    live->connection = connection;
    bool taken_over = false;
    if (std::exchange(live->kept, false)) {
        try {
            taken_over = !co_await services.sessions.resume(live->cookie);
        } catch (std::exception const&) {
            live->kept = true;  // the database is away: what is here is as good as ever
        }
    }
    if (taken_over) {
        leave(*live, false);
        co_return Reply{.kind = Answer::Kind::refused, .gone = true};
    }
    live->bytes_in += post.body.size();
    if (live->transcript)
        live->transcript->hear(services.clock.now(), std::move(post.body));
    auto answer = co_await live->session.answer(std::move(post.message));
    live->busy = false;
    auto reply = reply_of(*live, std::move(answer));
    if (live->session.ended())
        leave(*live, reply.ended_well);
    else if (!live->replaced_by.empty())
        co_await abandon(live, live->replaced_by);
    else if (live->connection == 0)
        co_await disconnected(live, 0);
    live->expires = Steady::now() + live->session.patience(live->connection != 0);
    co_return reply;
}

Reply CwmpEndpoint::State::reply_of(LiveSession& live, Answer answer) const
{
    Reply reply{.kind = answer.kind, .ended = live.session.ended(), .patience = live.session.patience(true)};
    reply.ended_well = reply.ended && answer.kind == Answer::Kind::nothing;
    if (answer.kind == Answer::Kind::message)
        reply.body = cwmp::encode(answer.envelope, live.session.dialect());
    live.bytes_out += reply.body.size();
    if (live.transcript)
        live.transcript->say(services.clock.now(), status_of(answer.kind), reply.body);
    return reply;
}

void CwmpEndpoint::State::note_end(LiveSession& live) const
{
    auto const device = live.session.device();
    bool const is_over = live.session.ended() && device.value() != 0;
    if (services.journal == nullptr || !is_over || std::exchange(live.noted, true))
        return;
    bool const is_chosen = live.transcript && services.traces->is_chosen(device);
    if (!live.session.is_notable() && !is_chosen)
        return;
    domain::PastSession past{live.session.facts(), services.clock.now(), live.session.failure()};
    past.facts.node = services.node_name;
    past.facts.bytes_in = live.bytes_in;
    past.facts.bytes_out = live.bytes_out;
    if (live.transcript)
        services.traces->close(*std::exchange(live.transcript, std::nullopt), past);
    services.journal->note(std::move(past));
}

void CwmpEndpoint::State::leave(LiveSession& live, bool ended_well)
{
    note_end(live);
    registry.leave(live, ended_well);
    counters.open.set(static_cast<std::int64_t>(registry.size()));
    auto const device = live.session.device();
    // One that has not ended goes on at another node, which sees them.
    bool const was_missed = live.session.ended() && live.session.has_missed_tasks() && !registry.of_device(device);
    if (was_missed && services.waker != nullptr && services.news->claim_wake(device))
        asio::co_spawn(threads.context(live.thread).get_executor(), wake_again(device), asio::detached);
}

base::Awaitable<void> CwmpEndpoint::State::wake_again(domain::DeviceKey device)
{
    asio::steady_timer timer{co_await asio::this_coro::executor, before_waking};
    co_await timer.async_wait(base::as_tuple);
    domain::WakeOutcome outcome;
    try {
        outcome = co_await services.waker->wake(device, {.most = waking});
    } catch (std::exception const& failure) {
        outcome.cause = failure.what();
    }
    base::log::info("session.wake",
                    {{"device_key", device.value()}, {"outcome", outcome.reached ? "reached" : outcome.cause}});
}

void CwmpEndpoint::State::enter(std::shared_ptr<LiveSession> const& live, std::uint64_t connection)
{
    live->connection = connection;
    live->expires = Steady::now() + live->session.patience(connection != 0);
    if (auto old = registry.enter(live))
        asio::co_spawn(threads.context(old->thread).get_executor(), abandon(old, "the device informed again"),
                       asio::detached);
    counters.open.set(static_cast<std::int64_t>(registry.size()));
    if (!std::exchange(sweeping[live->thread], 1))
        asio::co_spawn(threads.context(live->thread).get_executor(), sweep(live->thread), asio::detached);
}

base::Awaitable<void> CwmpEndpoint::State::break_off(std::shared_ptr<LiveSession> live, std::string reason,
                                                     std::string unread)
{
    if (live->transcript && !unread.empty()) {
        auto const now = services.clock.now();
        live->transcript->hear(now, std::move(unread));
        live->transcript->say(now, status_of(Answer::Kind::refused), {});
    }
    co_await abandon(std::move(live), std::move(reason));
}

base::Awaitable<void> CwmpEndpoint::State::give_up(std::shared_ptr<LiveSession> live, std::string reason,
                                                   std::string unread)
{
    auto const home = live->thread;
    auto work = break_off(std::move(live), std::move(reason), std::move(unread));
    if (net::Threads::current() == home)
        co_await std::move(work);
    else
        co_await asio::co_spawn(threads.context(home).get_executor(), std::move(work), base::use_awaitable);
}

base::Awaitable<void> CwmpEndpoint::State::abandon(std::shared_ptr<LiveSession> live, std::string reason)
{
    if (live->busy) {
        live->replaced_by = std::move(reason);
        co_return;
    }
    live->busy = true;
    co_await live->session.abandon(std::move(reason));
    leave(*live, false);
    live->busy = false;
}

base::Awaitable<void> CwmpEndpoint::State::expire(std::shared_ptr<LiveSession> live)
{
    live->busy = true;
    bool taken_over = false;
    try {
        taken_over = live->kept && !co_await services.sessions.resume(live->cookie);
    } catch (std::exception const&) {
        taken_over = false;
    }
    live->busy = false;
    if (taken_over)
        leave(*live, false);  // another node goes on with it
    else
        co_await abandon(live, "the CPE fell silent");
}

void CwmpEndpoint::State::on_connection_closed(std::shared_ptr<LiveSession> live, std::uint64_t connection)
{
    auto const home = live->thread;
    asio::co_spawn(threads.context(home).get_executor(), disconnected(std::move(live), connection), asio::detached);
}

base::Awaitable<void> CwmpEndpoint::State::disconnected(std::shared_ptr<LiveSession> live, std::uint64_t connection)
{
    if (live->connection != connection || live->session.ended())
        co_return;  // it goes on over another connection
    live->connection = 0;
    if (live->busy)
        co_return;  // serve() comes back to it
    live->busy = true;
    live->expires = Steady::now() + live->session.patience(false);
    live->kept = co_await live->session.suspend(live->cookie);
    live->busy = false;
    if (!live->replaced_by.empty())
        co_await abandon(live, live->replaced_by);
}

base::Awaitable<std::optional<domain::SuspendedSession>> CwmpEndpoint::State::await_kept(std::string cookie)
{
    auto kept = co_await services.sessions.resume(cookie);
    if (kept || node_of(cookie) == services.node)
        co_return kept;
    Waiting const waiting{waiting_resumes};
    if (waiting.count() > services.limits.resume_waits)
        co_return kept;
    auto const until = Steady::now() + services.limits.resume_wait;
    asio::steady_timer timer{co_await asio::this_coro::executor};
    for (auto pause = first_pause; !kept && Steady::now() < until; pause *= 2) {
        timer.expires_at(std::min(Steady::now() + pause, until));
        co_await timer.async_wait(base::as_tuple);
        kept = co_await services.sessions.resume(cookie);
    }
    co_return kept;
}

base::Awaitable<std::shared_ptr<LiveSession>> CwmpEndpoint::State::resume(std::string cookie, std::size_t thread)
{
    auto const kept = co_await await_kept(cookie);
    if (!kept || !registry.reserve())
        co_return nullptr;
    auto live = std::make_shared<LiveSession>(services, counters, Caller{}, std::move(cookie), thread);
    if (!live->session.restore(*kept)) {
        registry.give_back();
        co_return nullptr;
    }
    if (services.traces != nullptr)
        live->transcript = services.traces->open(kept->device, live->session.started());
    base::log::info("session.resumed", {{"device_key", kept->device.value()}});
    co_return live;
}

base::Awaitable<void> CwmpEndpoint::State::sweep(std::size_t thread)
{
    asio::steady_timer timer{co_await asio::this_coro::executor};
    for (;;) {
        timer.expires_after(std::chrono::seconds{1});
        if (auto const [failure] = co_await timer.async_wait(base::as_tuple); failure)
            break;
        auto const sessions = registry.of_thread(thread);
        if (sessions.empty())
            break;
        auto const now = Steady::now();
        for (auto const& live : sessions)
            if (!live->busy && now > live->expires)
                asio::co_spawn(threads.context(thread).get_executor(), expire(live), asio::detached);
    }
    sweeping[thread] = 0;
}

}  // namespace session
