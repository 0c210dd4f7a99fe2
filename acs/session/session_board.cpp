#include "session/session_board.hpp"

#include "base/log.hpp"
#include "session/endpoint.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace session {

namespace {

constexpr std::chrono::seconds between_tellings{2};

void keep_newest(std::vector<domain::OpenSession>& sessions, unsigned limit)
{
    std::ranges::sort(sessions, std::ranges::greater{}, [](auto const& session) { return session.facts.id; });
    if (sessions.size() > limit)
        sessions.erase(sessions.begin() + static_cast<std::ptrdiff_t>(limit), sessions.end());
}

}  // namespace

void SessionBoard::add(CwmpEndpoint const& endpoint)
{
    std::scoped_lock const lock{mutex_};
    endpoints_.push_back(&endpoint);
}

std::vector<CwmpEndpoint const*> SessionBoard::endpoints() const
{
    std::scoped_lock const lock{mutex_};
    return endpoints_;
}

bool SessionBoard::is_live(domain::DeviceKey device) const
{
    std::scoped_lock const lock{mutex_};
    return std::ranges::any_of(endpoints_, [device](auto const* each) { return each->has_session(device); });
}

base::Awaitable<std::vector<domain::OpenSession>> SessionBoard::of_this_node(domain::SessionQuery query)
{
    std::vector<domain::OpenSession> all;
    for (auto const* endpoint : endpoints()) {
        auto some = co_await endpoint->open_sessions(query);
        std::ranges::move(some, std::back_inserter(all));
    }
    keep_newest(all, query.limit);
    co_return all;
}

base::Awaitable<std::vector<domain::OpenSession>> SessionBoard::list(domain::SessionQuery query)
{
    auto all = co_await of_this_node(query);
    auto others = co_await store_.of_others(query);
    // A session that came over from another node a moment ago is told of there, too.
    std::erase_if(others, [&all](auto const& other) {
        return std::ranges::any_of(all, [&](auto const& own) { return own.facts.id == other.facts.id; });
    });
    std::ranges::move(others, std::back_inserter(all));
    keep_newest(all, query.limit);
    co_return all;
}

base::Awaitable<void> SessionBoard::tell()
{
    domain::SessionQuery query;
    query.started_by = clock_.now() - before_telling;
    query.limit = most_told;
    auto sessions = co_await of_this_node(query);
    co_await store_.tell(std::move(sessions));
}

base::Awaitable<void> SessionBoard::run()
{
    boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor};
    for (bool failed = false;;) {
        timer.expires_after(between_tellings);
        if (auto const [stopped] = co_await timer.async_wait(base::as_tuple); stopped)
            co_return;
        std::string problem;
        try {
            co_await tell();
        } catch (std::exception const& failure) {
            problem = failure.what();
        }
        if (!problem.empty() && !failed)
            base::log::warning("session.not_told", {{"reason", problem}});
        failed = !problem.empty();
    }
}

}  // namespace session
