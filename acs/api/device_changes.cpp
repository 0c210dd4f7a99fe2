#include "api/audit.hpp"
#include "api/device_lookup.hpp"
#include "api/endpoints.hpp"
#include "api/json_body.hpp"
#include "api/query.hpp"
#include "api/views.hpp"
#include "base/log.hpp"
#include "cwmp/device_id.hpp"
#include "domain/device_admin.hpp"
#include "domain/inventory.hpp"
#include "domain/json_fields.hpp"

#include <fmt/format.h>

namespace api {

namespace {

Outcome<domain::DeviceChange> read_change(std::string_view body)
{
    auto const object = read_object(body, R"({"state":"active"})");
    if (!object)
        return std::unexpected{object.error()};
    domain::JsonFields fields{*object};
    domain::DeviceChange change;
    if (auto const state = fields.optional_text("state")) {
        change.state = domain::device_state(*state);
        if (!change.state || change.state == domain::DeviceState::conflict)
            fields.complain("state", "must be pending, active, retiring, retired or rejected");
    }
    change.time_zone = fields.optional_text("time_zone");
    if (!change.state && !change.time_zone && !object->contains("state"))
        fields.complain("state", "or time_zone must be given");
    if (auto complaints = fields.finish_each(); !complaints.empty())
        return wrong_fields(std::move(complaints));
    return change;
}

Outcome<std::string> read_target(std::string_view body)
{
    auto const object = read_object(body, R"({"into":"00D09E-HG%2D1000-S1"})");
    if (!object)
        return std::unexpected{object.error()};
    domain::JsonFields fields{*object};
    auto into = fields.text("into");
    if (auto complaints = fields.finish_each(); !complaints.empty())
        return wrong_fields(std::move(complaints));
    return into;
}

/// Former and new values of what was asked for.
std::pair<boost::json::object, boost::json::object> what_changed(domain::DeviceChange const& former,
                                                                 domain::DeviceChange const& change)
{
    boost::json::object before, after;
    if (change.state) {
        before["state"] = domain::to_text(former.state.value_or(*change.state));
        after["state"] = domain::to_text(*change.state);
    }
    if (change.time_zone) {
        before["time_zone"] = former.time_zone.value_or("");
        after["time_zone"] = *change.time_zone;
    }
    return {before, after};
}

}  // namespace

Answer change_device(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const change = read_change(call.request.body);
    if (!change)
        co_return std::unexpected{change.error()};
    auto const device = co_await find_device(call, std::string{call.argument});
    if (!device)
        co_return std::unexpected{device.error()};
    auto const changed = co_await call.context.services.admin.change(device->key, *change);
    if (!changed)
        co_return unprocessable({{"time_zone", changed.error().what}});
    base::log::info("api.device_changed",
                    {{"device", cwmp::external_id(device->identity)},
                     {"state", change->state ? domain::to_text(*change->state) : std::string_view{"as before"}},
                     {"time_zone", change->time_zone.value_or("as before")},
                     {"by", call.caller.name}});
    auto const [before, after] = what_changed(*changed, *change);
    co_await audit(call, "device.changed", cwmp::external_id(device->identity), before, after, device->key);
    co_return co_await show_device(call.context, device->key);
}

Answer merge_device(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const target = read_target(call.request.body);
    if (!target)
        co_return std::unexpected{target.error()};
    auto const from = co_await find_device(call, std::string{call.argument});
    if (!from)
        co_return std::unexpected{from.error()};
    auto const into = co_await find_device(call, *target);
    if (!into)
        co_return unprocessable({{"into", fmt::format("There is no device {}.", *target)}});
    if (into->key == from->key)
        co_return unprocessable({{"into", "is the same device."}});
    auto const merged = co_await call.context.services.admin.merge(from->key, into->key);
    if (!merged)
        co_return problem(409, "conflict", fmt::format("They could not be made one: {}.", merged.error().what));
    base::log::info("api.device_merged", {{"from", cwmp::external_id(from->identity)},
                                          {"into", cwmp::external_id(into->identity)},
                                          {"by", call.caller.name}});
    co_await audit(call, "device.merged", cwmp::external_id(from->identity), view_of(*from),
                   boost::json::object{{"into", cwmp::external_id(into->identity)}}, into->key);
    co_return co_await show_device(call.context, into->key);
}

}  // namespace api
