// What an endpoint tells of its open sessions: each thread of its own.
#include "session/endpoint_state.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace session {

namespace asio = boost::asio;

namespace {

domain::OpenSession view_of(LiveSession const& live, std::string const& node)
{
    using enum domain::OpenSession::State;
    domain::OpenSession open{.facts = live.session.facts()};
    open.facts.node = node;
    open.facts.bytes_in = live.bytes_in;
    open.facts.bytes_out = live.bytes_out;
    open.state = live.busy ? answering : live.connection == 0 ? away : waiting;
    open.outstanding = live.session.outstanding();
    return open;
}

}  // namespace

base::Awaitable<std::vector<domain::OpenSession>> CwmpEndpoint::State::open_on(std::size_t thread,
                                                                               domain::SessionQuery query) const
{
    auto sessions = registry.of_thread(thread);
    std::erase_if(sessions, [&query](auto const& live) {
        auto const& session = live->session;
        return session.device().value() == 0 || session.ended() || session.id().value() >= query.before ||
               (query.device && *query.device != session.device()) || session.started() > query.started_by;
    });
    auto const newest = [](auto const& a, auto const& b) { return a->session.id() > b->session.id(); };
    auto const end =
        sessions.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(query.limit, sessions.size()));
    std::ranges::partial_sort(sessions, end, newest);
    std::vector<domain::OpenSession> open;
    std::ranges::transform(sessions.begin(), end, std::back_inserter(open),
                           [this](auto const& live) { return view_of(*live, services.node_name); });
    co_return open;
}

base::Awaitable<std::vector<domain::OpenSession>> CwmpEndpoint::open_sessions(domain::SessionQuery query) const
{
    std::vector<domain::OpenSession> all;
    for (std::size_t thread = 0; thread < state_->threads.size(); ++thread) {
        auto work = state_->open_on(thread, query);
        auto const executor = state_->threads.context(thread).get_executor();
        auto some = co_await asio::co_spawn(executor, std::move(work), base::use_awaitable);
        std::ranges::move(some, std::back_inserter(all));
    }
    co_return all;
}

}  // namespace session
