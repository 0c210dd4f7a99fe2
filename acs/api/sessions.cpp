#include "domain/sessions.hpp"
#include "api/device_lookup.hpp"
#include "api/endpoints.hpp"
#include "api/query.hpp"
#include "api/session_lookup.hpp"
#include "api/visible_page.hpp"
#include "base/time_text.hpp"
#include "cwmp/device_id.hpp"
#include "net/url.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>
#include <vector>

namespace api {

namespace {

constexpr char sessions_cursor = 'n';

boost::json::value text_or_null(std::string const& text)
{
    return text.empty() ? boost::json::value(nullptr) : boost::json::value(text);
}

SessionRow row_of(domain::SessionFacts const& facts, std::string_view state)
{
    boost::json::object view{{"id", std::to_string(facts.id.value())},
                             {"device", cwmp::external_id(facts.identity)},
                             {"state", state},
                             {"started", base::to_rfc3339(facts.started)},
                             {"ended", nullptr},
                             {"node", facts.node},
                             {"address", text_or_null(facts.address)},
                             {"tls", facts.is_tls},
                             {"events", boost::json::array(facts.events.begin(), facts.events.end())},
                             {"rpcs", facts.rpcs},
                             {"requests", facts.requests},
                             {"faults", facts.faults},
                             {"tasks_done", facts.tasks},
                             {"bytes_in", facts.bytes_in},
                             {"bytes_out", facts.bytes_out},
                             {"trace", false},
                             {"outstanding", nullptr},
                             {"reason", nullptr}};
    return {facts.device, facts.id.value(), std::move(view)};
}

SessionRow row_of(domain::OpenSession const& session)
{
    auto row = row_of(session.facts, domain::to_text(session.state));
    row.view["outstanding"] = text_or_null(session.outstanding);
    return row;
}

SessionRow row_of(domain::PastSession const& session)
{
    auto row = row_of(session.facts, session.failure.empty() ? "completed" : "failed");
    row.view["trace"] = session.has_trace;
    row.view["ended"] = base::to_rfc3339(session.ended);
    row.view["reason"] = text_or_null(net::without_logins(session.failure));
    return row;
}

/// What a list asks for: sessions that are open, or over.
struct Wanted {
    bool is_open = false;
    domain::SessionQuery query;
};

Wanted read_wanted(Query& query, bool is_open)
{
    Wanted wanted{.is_open = is_open, .query = {}};
    auto const state = query.text("state");
    if (state) {
        wanted.is_open = *state == "open";
        if (*state == "completed" || *state == "failed")
            wanted.query.has_failed = *state == "failed";
        else if (!wanted.is_open && *state != "ended")
            query.add_error("state", "must be open, ended, completed or failed.");
    }
    wanted.query.limit = query.limit();
    if (auto const after = query.after_number(sessions_cursor); after != 0)
        wanted.query.before = after;
    return wanted;
}

base::Awaitable<std::vector<SessionRow>> rows_of(Call const& call, Wanted wanted)
{
    std::vector<SessionRow> rows;
    auto const add = [&rows](auto const& sessions) {
        std::ranges::transform(sessions, std::back_inserter(rows), [](auto const& one) { return row_of(one); });
    };
    auto const& services = call.context.services;
    if (wanted.is_open) {
        auto const open = co_await services.open_sessions.list(wanted.query);
        add(open);
    } else {
        auto const past = co_await services.sessions.list(wanted.query);
        add(past);
    }
    co_return rows;
}

base::Awaitable<net::Response> list(Call const& call, Wanted wanted)
{
    auto const limit = wanted.query.limit;
    auto const read = [&call, &wanted](SessionRow const* last, unsigned at_once) {
        auto next = wanted;
        next.query.before = last != nullptr ? last->id : wanted.query.before;
        next.query.limit = at_once;
        return rows_of(call, std::move(next));
    };
    auto const device_of = [](SessionRow const& row) { return row.device; };
    auto page = co_await visible_page<SessionRow>(call, limit, read, device_of);
    boost::json::array items;
    for (auto& row : page.rows)
        items.push_back(std::move(row.view));
    std::optional<std::string> next;
    if (page.last)
        next = make_cursor(sessions_cursor, std::to_string(page.last->id));
    co_return list_response(std::move(items), next);
}

}  // namespace

base::Awaitable<std::optional<SessionRow>> find_session(Call const& call)
{
    auto const id = parse_id(call.argument);
    if (!id)
        co_return std::nullopt;
    std::optional<SessionRow> row;
    if (auto const past = co_await call.context.services.sessions.find(domain::SessionId{*id}))
        row = row_of(*past);
    if (!row && *id < std::numeric_limits<std::int64_t>::max()) {
        domain::SessionQuery const query{.device = {}, .has_failed = {}, .before = *id + 1, .limit = 1};
        auto const open = co_await call.context.services.open_sessions.list(query);
        if (!open.empty() && open.front().facts.id.value() == *id)
            row = row_of(open.front());
    }
    if (!row)
        co_return std::nullopt;
    bool const is_seen = co_await is_visible(call, row->device);
    if (!is_seen)
        co_return std::nullopt;
    co_return row;
}

Answer list_sessions(Call call)
{
    Query query{call.request.query()};
    auto wanted = read_wanted(query, true);
    auto const device = query.text("device");
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    if (device) {
        auto const found = co_await find_device(call, *device);
        if (!found)
            co_return std::unexpected{found.error()};
        wanted.query.device = found->key;
    }
    co_return co_await list(call, std::move(wanted));
}

Answer list_device_sessions(Call call)
{
    Query query{call.request.query()};
    auto wanted = read_wanted(query, false);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const found = co_await find_device(call, std::string{call.argument});
    if (!found)
        co_return std::unexpected{found.error()};
    wanted.query.device = found->key;
    co_return co_await list(call, std::move(wanted));
}

Answer get_session(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto row = co_await find_session(call);
    if (!row)
        co_return not_found("session", call.argument);
    co_return json_response(200, row->view);
}

}  // namespace api
