#include "domain/faults.hpp"

#include "api/device_lookup.hpp"
#include "api/endpoints.hpp"
#include "api/fleet_cache.hpp"
#include "api/query.hpp"
#include "api/visible_page.hpp"
#include "base/time_text.hpp"
#include "net/url.hpp"

#include <fmt/format.h>

#include <charconv>

namespace api {

namespace json = boost::json;

namespace {

constexpr char faults_cursor = 'x';
constexpr unsigned usual_days = 30;
constexpr unsigned most_days = 3650;
constexpr unsigned most_groups = 1000;

json::value code_of(std::optional<unsigned> code)
{
    return code ? json::value(*code) : json::value(nullptr);
}

json::object view_of(domain::Fault const& fault)
{
    auto const text = [](std::string const& each) { return each.empty() ? json::value(nullptr) : json::value(each); };
    bool const is_task = fault.kind == domain::FaultKind::task;
    return {{"kind", domain::to_text(fault.kind)},
            {"device", cwmp::external_id(fault.identity)},
            {"model", fault.model},
            {"code", code_of(fault.code)},
            {"text", net::without_logins(fault.text)},
            {"since", fault.since ? json::value(base::to_rfc3339(*fault.since)) : json::value(nullptr)},
            {"times", fault.times},
            {"task", fault.task ? json::value(std::to_string(fault.task->value())) : json::value(nullptr)},
            {"task_kind", is_task ? text(fault.subject) : nullptr},
            {"rule", is_task ? nullptr : text(fault.subject)},
            {"what", text(fault.what)}};
}

json::object view_of(domain::FaultGroup const& group)
{
    return {{"kind", domain::to_text(group.kind)},
            {"code", code_of(group.code)},
            {"model", group.model},
            {"devices", group.devices},
            {"faults", group.faults}};
}

unsigned read_number(Query& query, std::string_view name, unsigned most, unsigned otherwise)
{
    auto const text = query.text(name);
    if (!text)
        return otherwise;
    unsigned number = 0;
    auto const [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error == std::errc{} && end == text->data() + text->size() && number >= 1 && number <= most)
        return number;
    query.add_error(name, fmt::format("must be a number from 1 to {}.", most));
    return otherwise;
}

/// What a list of faults is narrowed to, and where it goes on.
struct FaultRequest {
    std::optional<domain::FaultKind> kind;  ///< none: all
    domain::FaultQuery query;
    std::optional<std::string> device;
    unsigned limit = 0;
};

/// A cursor's key: the kind, then the place within it.
void read_place(Query& query, FaultRequest& request)
{
    auto const key = query.after(faults_cursor);
    if (key.empty())
        return;
    auto const colon = key.find(':');
    auto const kind = domain::fault_kind(key.substr(0, colon));
    if (!kind || colon == key.npos)
        return query.add_error("after", "is not a cursor of this list; give the \"next\" of the page before.");
    request.query.kind = *kind;
    request.query.after = key.substr(colon + 1);
}

Outcome<FaultRequest> read_request(Call const& call)
{
    Query query{call.request.query()};
    FaultRequest request;
    if (auto const text = query.text("kind")) {
        request.kind = domain::fault_kind(*text);
        if (!request.kind)
            query.add_error("kind", "must be task, rule, sessions or automation.");
        request.query.kind = request.kind.value_or(domain::FaultKind::task);
    }
    request.device = query.text("device");
    if (auto const code = read_number(query, "code", 99'999, 0))
        request.query.code = code;
    auto const days = read_number(query, "days", most_days, usual_days);
    request.query.since = call.context.services.clock.now() - std::chrono::days{days};
    request.limit = query.limit();
    read_place(query, request);
    if (auto checked = query.problem(); !checked)
        return std::unexpected{std::move(checked).error()};
    return request;
}

std::string cursor_of(domain::FaultKind kind, std::string const& place)
{
    return make_cursor(faults_cursor, fmt::format("{}:{}", domain::to_text(kind), place));
}

/// What the caller may see of one kind, behind the place of `query`.
base::Awaitable<VisiblePage<domain::Fault>> read_kind(Call const& call, domain::FaultQuery query, std::size_t limit)
{
    auto const read = [&faults = call.context.services.faults, &query](domain::Fault const* last, unsigned at_once) {
        auto wanted = query;
        if (last != nullptr)
            wanted.after = domain::place_of(*last);
        wanted.limit = at_once;
        return faults.list(std::move(wanted));
    };
    auto const device_of = [](domain::Fault const& fault) { return fault.device; };
    co_return co_await visible_page<domain::Fault>(call, static_cast<unsigned>(limit), read, device_of);
}

/// Fills a page from one kind after another.
base::Awaitable<net::Response> read_page(Call const& call, FaultRequest request)
{
    json::array items;
    auto& query = request.query;
    for (auto kind = static_cast<std::size_t>(query.kind); kind < domain::fault_kind_count;
         ++kind, query.after.clear()) {
        query.kind = static_cast<domain::FaultKind>(kind);
        if (request.kind && *request.kind != query.kind)
            continue;
        if (items.size() == request.limit)
            co_return list_response(std::move(items), cursor_of(query.kind, ""));
        auto const page = co_await read_kind(call, query, request.limit - items.size());
        for (auto const& fault : page.rows)
            items.push_back(view_of(fault));
        if (page.last)
            co_return list_response(std::move(items), cursor_of(query.kind, domain::place_of(*page.last)));
    }
    co_return list_response(std::move(items), std::nullopt);
}

}  // namespace

Answer list_faults(Call call)
{
    auto request = read_request(call);
    if (!request)
        co_return std::unexpected{std::move(request).error()};
    if (request->device) {
        auto const device = co_await find_device(call, *request->device);
        if (!device)
            co_return std::unexpected{device.error()};
        request->query.device = device->key;
    }
    co_return co_await read_page(call, *std::move(request));
}

Answer summarize_faults(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const& services = call.context.services;
    auto const since = services.clock.now() - std::chrono::days{usual_days};
    auto const find_out = [&faults = services.faults, since] { return faults.groups(since, most_groups); };
    auto const found = co_await call.context.fleet.faults.get(services.clock, find_out);
    json::array groups;
    for (auto const& group : found->value)
        groups.push_back(view_of(group));
    co_return json_response(200, {{"at", base::to_rfc3339(found->at)}, {"groups", std::move(groups)}});
}

}  // namespace api
