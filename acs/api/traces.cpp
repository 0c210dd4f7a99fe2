// What was said in sessions, and which devices are traced whatever becomes of their sessions.
#include "domain/traces.hpp"
#include "api/audit.hpp"
#include "api/device_lookup.hpp"
#include "api/endpoints.hpp"
#include "api/json_body.hpp"
#include "api/query.hpp"
#include "api/session_lookup.hpp"
#include "base/log.hpp"
#include "base/time_text.hpp"
#include "base/utf8.hpp"
#include "cwmp/device_id.hpp"
#include "domain/trace_text.hpp"
#include "net/compression.hpp"

#include <fmt/format.h>

#include <utility>

namespace api {

namespace json = boost::json;

namespace {

constexpr std::uint32_t most_sessions = 1'000;          // traced by one order
constexpr std::uint32_t usual_sessions = 10;            // when it does not say
constexpr std::chrono::hours longest{7 * 24};           // that a device stays chosen
constexpr std::chrono::hours usual{1};                  // when it does not say
constexpr std::uint64_t largest_trace = 256ULL << 20U;  // bytes, inflated
constexpr std::uint32_t steepest_trace = 1'100;         // inflated / deflated: more than deflate can

/// Foreign bytes as JSON text: what is no UTF-8 becomes U+FFFD.
std::string as_text(std::string_view bytes)
{
    std::string text;
    while (!bytes.empty()) {
        auto const character = base::first_character(bytes);
        if (character.is_valid)
            text += bytes.substr(0, character.bytes);
        else
            text += "\xEF\xBF\xBD";
        bytes.remove_prefix(std::max<std::size_t>(character.bytes, 1));
    }
    return text;
}

json::value text_or_null(std::string const& text)
{
    return text.empty() ? json::value(nullptr) : json::value(as_text(text));
}

json::object view_of(domain::TracedMessage const& message)
{
    json::array headers;
    for (auto const& header : message.headers)
        headers.emplace_back(as_text(header));
    return {{"from", message.is_from_cpe ? "cpe" : "acs"},
            {"seconds", static_cast<double>(message.at.count()) / 1'000.0},
            {"method", text_or_null(message.method)},
            {"status", message.status == 0 ? json::value(nullptr) : json::value(message.status)},
            {"bytes", message.bytes},
            {"headers", std::move(headers)},
            {"note", text_or_null(message.note)},
            {"text", as_text(message.text)}};
}

json::object view_of(domain::Trace const& trace)
{
    json::array messages;
    for (auto const& message : trace.messages)
        messages.push_back(view_of(message));
    return {
        {"session", std::to_string(trace.session)}, {"device", as_text(trace.device)},   {"node", as_text(trace.node)},
        {"started", as_text(trace.started)},        {"outcome", as_text(trace.outcome)}, {"missing", trace.missing},
        {"messages", std::move(messages)}};
}

json::object view_of(domain::DeviceRow const& device, std::optional<domain::TraceOrder> const& order)
{
    json::object view{{"device", cwmp::external_id(device.identity)},
                      {"until", nullptr},
                      {"sessions", 0},
                      {"ordered_by", nullptr},
                      {"ordered_at", nullptr}};
    if (!order)
        return view;
    view["until"] = base::to_rfc3339(order->until);
    view["sessions"] = order->sessions;
    view["ordered_by"] = text_or_null(order->ordered_by);
    view["ordered_at"] = base::to_rfc3339(order->ordered_at);
    return view;
}

Outcome<domain::TraceOrder> read_order(std::string_view body, base::TimePoint now)
{
    auto const object = read_object(body.empty() ? "{}" : body, R"({"until":"2026-12-01T12:00:00Z","sessions":10})");
    if (!object)
        return std::unexpected{object.error()};
    domain::JsonFields fields{*object};
    domain::TraceOrder order;
    order.until = now + usual;
    order.ordered_at = now;
    if (auto const until = fields.optional_text("until")) {
        auto const time = base::parse_rfc3339(*until);
        if (!time || *time <= now || *time > now + longest)
            fields.complain("until", fmt::format("must be a time within the next {} days", longest.count() / 24));
        else
            order.until = *time;
    }
    order.sessions = fields.number_or("sessions", usual_sessions);
    if (order.sessions < 1 || order.sessions > most_sessions)
        fields.complain("sessions", fmt::format("must be 1 to {}", most_sessions));
    if (auto complaints = fields.finish_each(); !complaints.empty())
        return wrong_fields(std::move(complaints));
    return order;
}

bool wants_text(Query& query, net::RequestHead const& head)
{
    auto const format = query.text("format");
    if (format && *format != "text" && *format != "json")
        query.add_error("format", "must be json or text.");
    return format ? *format == "text" : head.headers.get("Accept").starts_with("text/plain");
}

/// The trace of the session that the URL means, as text.
base::Awaitable<Outcome<std::string>> trace_text(Call const& call)
{
    auto const session = co_await find_session(call);
    if (!session)
        co_return not_found("session", call.argument);
    auto const file = co_await call.context.services.traces.find(session->device, domain::SessionId{session->id});
    if (!file)
        co_return not_found("trace of session", call.argument);
    auto text = net::inflate(net::ContentCoding::gzip, *file, {largest_trace, steepest_trace});
    if (!text)
        co_return problem(500, "damaged", "The trace cannot be read any more.");
    co_return *std::move(text);
}

}  // namespace

Answer get_trace(Call call)
{
    Query query{call.request.query()};
    bool const is_text = wants_text(query, call.request);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto text = co_await trace_text(call);
    if (!text)
        co_return std::unexpected{std::move(text).error()};
    if (is_text) {
        auto response = net::text_response(200, *text);
        response.headers.set("Content-Type", "text/plain");  // the bytes of CPEs may be in any encoding
        response.headers.set("Cache-Control", "no-store");
        response.compress = true;
        co_return response;
    }
    auto const trace = domain::trace_of(*text);
    if (!trace)
        co_return problem(500, "damaged", "The trace cannot be read any more.");
    co_return json_response(200, view_of(*trace));
}

Answer get_trace_order(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const device = co_await find_device(call, std::string{call.argument});
    if (!device)
        co_return std::unexpected{device.error()};
    co_return json_response(200, view_of(*device, co_await call.context.services.traces.find_order(device->key)));
}

Answer order_trace(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto order = read_order(call.request.body, call.context.services.clock.now());
    if (!order)
        co_return std::unexpected{std::move(order).error()};
    auto const device = co_await find_device(call, std::string{call.argument});
    if (!device)
        co_return std::unexpected{device.error()};
    auto& traces = call.context.services.traces;
    auto const before = co_await traces.find_order(device->key);
    order->device = device->key;
    order->ordered_by = call.caller.name;
    bool const is_taken = co_await traces.order(*order);
    if (!is_taken)
        co_return problem(409, "conflict",
                          fmt::format("{} devices are traced already; let one of them go first.", traces.most_orders));
    auto view = view_of(*device, *order);
    auto const name = cwmp::external_id(device->identity);
    base::log::info("api.trace_ordered", {{"device", name}, {"sessions", order->sessions}, {"by", call.caller.name}});
    co_await audit(call, "trace.ordered", name, before ? json::value(view_of(*device, before)) : json::value(nullptr),
                   view, device->key);
    co_return json_response(200, view);
}

Answer cancel_trace(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const device = co_await find_device(call, std::string{call.argument});
    if (!device)
        co_return std::unexpected{device.error()};
    auto const before = co_await call.context.services.traces.cancel(device->key);
    if (before) {
        auto const name = cwmp::external_id(device->identity);
        base::log::info("api.trace_cancelled", {{"device", name}, {"by", call.caller.name}});
        co_await audit(call, "trace.cancelled", name, view_of(*device, before), nullptr, device->key);
    }
    net::Response response;
    response.status = 204;
    co_return response;
}

}  // namespace api
