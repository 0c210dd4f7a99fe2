#include "api/device_lookup.hpp"

#include "base/utf8.hpp"
#include "cwmp/device_id.hpp"
#include "domain/condition_text.hpp"
#include "domain/groups.hpp"
#include "net/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace api {

namespace {

bool is_storable(std::string_view text)
{
    return base::is_utf8(text) && !text.contains('\0');
}

void add_reading(std::vector<cwmp::DeviceId>& readings, std::string_view text)
{
    auto identity = cwmp::parse_external_id(text);
    if (!identity)
        return;
    identity = cwmp::normalized(*std::move(identity));
    if (identity && is_storable(identity->oui) && is_storable(identity->product_class) &&
        is_storable(identity->serial_number) && std::ranges::find(readings, *identity) == readings.end())
        readings.push_back(*std::move(identity));
}

/// What the segment may mean. As it stands it is an id with its own percent signs; decoded, one that was encoded for
/// the URL. Both are the same device unless a name holds a percent sign or hyphen.
std::vector<cwmp::DeviceId> readings_of(std::string_view segment)
{
    std::vector<cwmp::DeviceId> readings;
    add_reading(readings, segment);
    add_reading(readings, net::percent_decoded(segment));
    return readings;
}

}  // namespace

base::Awaitable<std::vector<domain::DeviceKey>> visible_devices(Call const& call, std::vector<domain::DeviceKey> keys)
{
    if (!call.caller.devices || keys.empty())
        co_return keys;
    co_return co_await call.context.services.inventory.matching(std::move(keys), *call.caller.devices);
}

base::Awaitable<bool> is_visible(Call const& call, domain::DeviceKey device)
{
    std::vector<domain::DeviceKey> const keys{device};
    auto const seen = co_await visible_devices(call, keys);
    co_return !seen.empty();
}

Outcome<std::optional<domain::Condition>> narrowed(Call const& call, std::optional<std::string> const& where)
{
    auto const& caller = call.caller;
    auto& guard = call.context.services.guard;
    if (!where)
        return caller.devices ? std::optional{*caller.devices} : std::nullopt;
    auto condition = guard.check(*where);  // by itself: what passes here cannot reach out of its parentheses below
    if (!condition)
        return bad_request(fmt::format("where: {}", condition.error().what), {{"where", condition.error().what}});
    if (!condition->paths.empty() && !caller.permissions.has(domain::Permission::parameters_read))
        return forbidden("Conditions over parameters need the permission parameters.read.");
    if (!caller.devices)
        return *std::move(condition);
    condition = guard.check(domain::both_conditions(caller.devices_text, *where));
    if (!condition)
        return bad_request(fmt::format("where: together with what you may see: {}", condition.error().what),
                           {{"where", condition.error().what}});
    return *std::move(condition);
}

base::Awaitable<Outcome<Selection>> selected(Call const& call, std::optional<std::string> where,
                                             std::optional<std::string> group)
{
    Selection selection;
    if (group) {
        auto const found = co_await call.context.services.groups.find(*group);
        if (!found)
            co_return bad_request(fmt::format("group: there is no group {}", *group),
                                  {{"group", fmt::format("There is no group {}.", *group)}});
        if (auto checked = narrowed(call, found->condition); !checked)
            co_return std::unexpected{std::move(checked).error()};
        selection.where = found->condition;
    }
    if (where) {
        if (auto checked = narrowed(call, where); !checked)
            co_return std::unexpected{std::move(checked).error()};
        selection.where = domain::both_conditions(selection.where, *where);
    }
    auto condition = narrowed(call, where || group ? std::optional{selection.where} : std::nullopt);
    if (!condition)
        co_return std::unexpected{std::move(condition).error()};
    selection.condition = *std::move(condition);
    co_return selection;
}

base::Awaitable<Outcome<domain::DeviceRow>> find_device(Call const& call, std::string segment)
{
    auto const readings = readings_of(segment);
    for (auto const& identity : readings)
        if (auto device = co_await call.context.services.inventory.find(identity)) {
            bool const is_seen = co_await is_visible(call, device->key);
            if (is_seen)
                co_return *std::move(device);
        }
    co_return not_found("device", segment);
}

}  // namespace api
