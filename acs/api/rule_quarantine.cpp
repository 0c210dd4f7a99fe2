#include "api/audit.hpp"
#include "api/device_lookup.hpp"
#include "api/endpoints.hpp"
#include "api/json_body.hpp"
#include "api/query.hpp"
#include "api/rule_views.hpp"
#include "api/visible_page.hpp"
#include "base/time_text.hpp"
#include "cwmp/device_id.hpp"
#include "domain/json_fields.hpp"
#include "domain/rules.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace api {

namespace json = boost::json;

namespace {

constexpr char quarantine_cursor = 'q';

/// The key of a list's last item; neither a number nor a rule's name has a line end.
std::string key_of(domain::Quarantine const& each)
{
    return fmt::format("{}\n{}\n{}", each.device.value(), each.rule, each.what);
}

std::optional<domain::QuarantinePlace> place_of(std::string const& key)
{
    auto const first = key.find('\n');
    auto const second = first == key.npos ? first : key.find('\n', first + 1);
    if (second == key.npos)
        return std::nullopt;
    auto const device = parse_id(key.substr(0, first));
    if (!device)
        return std::nullopt;
    return domain::QuarantinePlace{domain::DeviceKey{*device}, key.substr(first + 1, second - first - 1),
                                   key.substr(second + 1)};
}

/// What a request for a release says; the device as it was written.
struct ReleaseRequest {
    std::optional<std::string> device, rule, what;
};

Outcome<ReleaseRequest> read_release(std::string_view body)
{
    auto const object = read_object(body, R"({"device":"00D09E-HG%2D1000-S1","rule":"wifi"})");
    if (!object)
        return std::unexpected{object.error()};
    domain::JsonFields fields{*object};
    ReleaseRequest request{fields.optional_text("device"), fields.optional_text("rule"), fields.optional_text("what")};
    if (!request.device && !request.rule && !object->contains("device") && !object->contains("rule"))
        fields.complain("device", "or rule must be given");
    if (request.what && (!request.device || !request.rule))
        fields.complain("what", "goes with a device and a rule");
    if (auto complaints = fields.finish_each(); !complaints.empty())
        return wrong_fields(std::move(complaints));
    return request;
}

}  // namespace

json::object view_of(domain::Quarantine const& each)
{
    boost::system::error_code error;
    auto evidence = json::parse(each.evidence, error);
    return {{"device", cwmp::external_id(each.identity)},
            {"rule", each.rule},
            {"what", each.what},
            {"version", std::to_string(each.version)},
            {"since", base::to_rfc3339(each.since)},
            {"reason", each.reason},
            {"evidence", error || !evidence.is_object() ? json::value(json::object{}) : std::move(evidence)}};
}

Answer list_rule_quarantine(Call call)
{
    Query query{call.request.query()};
    auto const limit = query.limit();
    auto const after = query.after(quarantine_cursor);
    domain::QuarantineFilter filter;
    filter.rule = query.text("rule");
    auto const device = query.text("device");
    auto const place = after.empty() ? domain::QuarantinePlace{} : place_of(after);
    if (!place)
        query.add_error("after", "is no cursor of this list.");
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    if (device) {
        auto const found = co_await find_device(call, *device);
        if (!found)
            co_return std::unexpected{std::move(found).error()};
        filter.device = found->key;
    }
    auto const read = [&rules = call.context.services.rules, &filter, &place](domain::Quarantine const* last,
                                                                              unsigned at_once) {
        auto const from = last != nullptr ? domain::QuarantinePlace{last->device, last->rule, last->what} : *place;
        return rules.quarantined(filter, from, at_once);
    };
    auto const device_of = [](domain::Quarantine const& each) { return each.device; };
    auto const page = co_await visible_page<domain::Quarantine>(call, limit, read, device_of);
    json::array items;
    for (auto const& each : page.rows)
        items.push_back(view_of(each));
    std::optional<std::string> next;
    if (page.last)
        next = make_cursor(quarantine_cursor, key_of(*page.last));
    co_return list_response(std::move(items), next);
}

Answer release_rule_quarantine(Call call)
{
    auto request = read_release(call.request.body);
    if (!request)
        co_return std::unexpected{std::move(request).error()};
    domain::QuarantineFilter filter{std::nullopt, std::move(request->rule), std::move(request->what)};
    if (request->device) {
        auto const found = co_await find_device(call, *request->device);
        if (!found)
            co_return std::unexpected{std::move(found).error()};
        filter.device = found->key;
    } else if (call.caller.devices) {
        co_return forbidden("You may see a part of the fleet only: name the device.");
    }
    auto const device = filter.device;
    json::object const asked{{"device", request->device.value_or("")},
                             {"rule", filter.rule.value_or("")},
                             {"what", filter.what.value_or("")}};
    auto const released = co_await call.context.services.rules.release(std::move(filter), call.caller.name);
    co_await audit(call, "rule_quarantine.released", request->device.value_or("all devices"), asked,
                   boost::json::object{{"released", released}}, device);
    co_return json_response(200, {{"released", released}});
}

}  // namespace api
