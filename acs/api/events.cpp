// What happened: lists for people, a stream for programs.
#include "api/device_lookup.hpp"
#include "api/endpoints.hpp"
#include "api/event_stream.hpp"
#include "api/query.hpp"
#include "base/clock.hpp"
#include "base/time_text.hpp"
#include "domain/event_json.hpp"
#include "domain/event_tail.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace api {

namespace {

/// How far back a list looks that is neither of one device nor goes on somewhere, unless it says so.
constexpr std::chrono::hours usual_time{24};
/// Pages that are read for one answer when few of their events may be seen.
constexpr unsigned most_pages = 10;

/// "device,task.failed"
std::vector<std::string> read_kinds(Query& query)
{
    std::vector<std::string> kinds;
    auto const text = query.text("kind");
    std::string_view rest = text ? *text : std::string_view{};
    while (!rest.empty()) {
        auto const one = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(one.size() + 1, rest.size()));
        if (!domain::is_kind_pattern(one))
            query.add_error("kind", "must be kinds of events such as device,task.failed; see docs/events.md.");
        kinds.emplace_back(one);
    }
    return kinds;
}

std::optional<base::TimePoint> read_time(Query& query, std::string_view name)
{
    auto const text = query.text(name);
    if (!text)
        return std::nullopt;
    auto const time = base::parse_rfc3339(*text);
    if (!time)
        query.add_error(name, "must be a time such as 2026-03-01T12:00:00Z.");
    return time;
}

std::optional<domain::EventPosition> read_place(Query& query, std::string_view name,
                                                std::optional<std::string> const& text)
{
    if (!text)
        return std::nullopt;
    auto const place = domain::event_position(*text);
    if (!place)
        query.add_error(name, "must be the \"cursor\" of an event, or the \"next\" of a page.");
    return place;
}

/// A list as its URL asks for it, but for the device.
domain::EventQuery read_query(Query& query)
{
    domain::EventQuery wanted;
    wanted.kinds = domain::KindFilter{read_kinds(query)};
    wanted.since = read_time(query, "since");
    wanted.until = read_time(query, "until");
    wanted.after = read_place(query, "after", query.text("after"));
    wanted.limit = query.limit();
    auto const order = query.text("order").value_or("newest");
    wanted.newest_first = order != "oldest";
    if (order != "oldest" && order != "newest")
        query.add_error("order", "must be newest or oldest.");
    return wanted;
}

std::unexpected<Problem> too_many_streams(unsigned status, std::string detail)
{
    auto failure = problem(status, "busy", std::move(detail));
    failure.error().headers.set("Retry-After", "30");
    return failure;
}

Outcome<void> check_number(domain::EventTail const& tail, std::string const& reader, EventStreamSettings const& most)
{
    if (tail.followers(reader) >= most.of_one)
        return too_many_streams(429, fmt::format("You have {} streams open here, the most there may be.", most.of_one));
    if (tail.followers() >= most.at_once)
        return too_many_streams(503, "As many streams are open on this node as may be at once. Try another one.");
    return {};
}

/// Reads until there is enough for an answer, or enough was looked at.
Answer answer_list(Call const& call, domain::EventQuery wanted, std::optional<domain::Condition> devices)
{
    auto const& services = call.context.services;
    domain::EventSelection const selection{{}, {}, std::move(devices)};
    auto const limit = wanted.limit;
    boost::json::array items;
    std::optional<std::string> next;
    for (unsigned pages = 0; pages < most_pages; ++pages) {
        auto page = co_await services.events.list(wanted);
        if (!page)
            co_return bad_request(page.error().what + '.', {{"since", page.error().what + '.'}});
        bool const is_last = page->size() < wanted.limit;
        if (!page->empty())
            wanted.after = page->back().position;
        auto const seen = co_await domain::selected(services.inventory, selection, *std::move(page));
        for (auto const& event : seen)
            items.push_back(domain::to_json(event));
        next.reset();
        if (is_last)
            break;
        next = domain::to_text(*wanted.after);
        if (items.size() >= limit)
            break;
        wanted.limit = static_cast<unsigned>(limit - items.size());
    }
    co_return list_response(std::move(items), next);
}

}  // namespace

Answer list_events(Call call)
{
    Query query{call.request.query()};
    if (query.text("stream"))
        co_return co_await stream_events(call);
    auto wanted = read_query(query);
    auto const where = query.text("where");
    auto const device = query.text("device");
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto devices = narrowed(call, where);
    if (!devices)
        co_return std::unexpected{std::move(devices).error()};
    if (device) {
        auto found = co_await find_device(call, *device);
        if (!found)
            co_return std::unexpected{std::move(found).error()};
        wanted.device = found->key;
    } else if (!wanted.since && (!wanted.after || wanted.newest_first)) {
        auto const now = call.context.services.clock.now();
        wanted.since = (wanted.until ? std::min(*wanted.until, now) : now) - usual_time;
    }
    co_return co_await answer_list(call, std::move(wanted), *std::move(devices));
}

Answer list_device_events(Call call)
{
    Query query{call.request.query()};
    auto wanted = read_query(query);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto found = co_await find_device(call, std::string{call.argument});
    if (!found)
        co_return std::unexpected{std::move(found).error()};
    wanted.device = found->key;
    co_return co_await answer_list(call, std::move(wanted), std::nullopt);
}

Answer stream_events(Call call)
{
    auto const& services = call.context.services;
    auto const& settings = call.context.settings.streams;
    Query query{call.request.query()};
    if (auto const stream = query.text("stream"); stream && !stream->empty() && *stream != "true")
        query.add_error("stream", "has no value: events?stream");
    auto const kinds = read_kinds(query);
    auto const where = query.text("where");
    auto const device = query.text("device");
    auto after = read_place(query, "after", query.text("after"));
    if (auto const header = call.request.headers.get("Last-Event-ID"); !header.empty())
        after = read_place(query, "Last-Event-ID", std::string{header});
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto devices = narrowed(call, where);
    if (!devices)
        co_return std::unexpected{std::move(devices).error()};
    domain::EventSelection selection{domain::KindFilter{kinds}, {}, *std::move(devices)};
    if (device) {
        auto found = co_await find_device(call, *device);
        if (!found)
            co_return std::unexpected{std::move(found).error()};
        selection.device = found->key;
    }
    auto const reader = owner_of(call.caller);
    if (auto checked = check_number(services.event_tail, reader, settings); !checked)
        co_return std::unexpected{std::move(checked).error()};
    net::Response response;
    response.headers.set("Content-Type", "text/event-stream");
    response.headers.set("Cache-Control", "no-store");
    response.headers.set("X-Accel-Buffering", "no");  // a proxy before us must not gather them
    response.body =
        std::make_unique<EventStream>(EventSources{services.events, services.event_tail, services.inventory}, reader,
                                      std::move(selection), after, settings);
    co_return response;
}

}  // namespace api
