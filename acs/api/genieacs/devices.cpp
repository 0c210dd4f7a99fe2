#include "api/audit.hpp"
#include "api/device_lookup.hpp"
#include "api/endpoints.hpp"
#include "api/genieacs/condition.hpp"
#include "api/genieacs/device_list.hpp"
#include "api/genieacs/endpoints.hpp"
#include "api/genieacs/list_query.hpp"
#include "api/genieacs/lookup.hpp"
#include "api/query.hpp"
#include "base/clock.hpp"
#include "cwmp/device_id.hpp"
#include "domain/device_life.hpp"
#include "domain/fleet.hpp"
#include "domain/fleet_list.hpp"
#include "domain/tag.hpp"
#include "net/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace api::genieacs {

namespace json = boost::json;

namespace {

constexpr std::size_t most_sort_keys = 4;

struct SortKey {
    std::string_view path;
    std::vector<domain::FleetColumn> columns;
};

/// A document's id is ordered as its parts are.
std::array<SortKey, 8> sort_keys()
{
    using enum domain::FleetColumn;
    return {{{"_id", {oui, product_class, serial_number}},
             {"_lastInform", {last_inform}},
             {"_lastBoot", {last_boot}},
             {"_registered", {first_seen}},
             {"_deviceId._Manufacturer", {manufacturer}},
             {"_deviceId._OUI", {oui}},
             {"_deviceId._ProductClass", {product_class}},
             {"_deviceId._SerialNumber", {serial_number}}}};
}

Outcome<std::vector<domain::FleetOrder>> order_of(std::string const& text)
{
    auto const sort = read_sort(text, most_sort_keys);
    if (!sort)
        return std::unexpected{sort.error()};
    auto const known = sort_keys();
    std::vector<domain::FleetOrder> order;
    for (auto const& [path, is_descending] : *sort) {
        auto const* const key = std::ranges::find(known, path, &SortKey::path);
        if (key == known.end()) {
            auto const reason = fmt::format("cannot order by {}: only _id, _lastInform, _lastBoot, _registered and the "
                                            "parts of _deviceId are sorted.",
                                            path);
            return bad_request(fmt::format("sort {}", reason), {{"sort", reason}});
        }
        for (auto const column : key->columns)
            order.push_back({column, is_descending});
    }
    return order;
}

/// The condition that a query asks for, within what the caller may see.
Outcome<std::optional<domain::Condition>> condition_for(Call const& call, std::string const& query)
{
    if (query.empty())
        return narrowed(call, std::nullopt);
    auto const filter = read_filter(query);
    if (!filter)
        return std::unexpected{filter.error()};
    if (filter->parts.empty())
        return narrowed(call, std::nullopt);
    auto text = condition_of(*filter);
    if (!text)
        return std::unexpected{std::move(text).error()};
    auto condition = narrowed(call, *text);
    if (!condition && condition.error().status == 400)
        return bad_query("", condition.error().detail);
    return condition;
}

Outcome<DeviceListing> listing_of(Call const& call)
{
    auto const query = read_list_query(call);
    if (!query)
        return std::unexpected{query.error()};
    auto condition = condition_for(call, query->query);
    if (!condition)
        return std::unexpected{std::move(condition).error()};
    auto projection = Projection::read(query->projection);
    if (!projection)
        return std::unexpected{std::move(projection).error()};
    auto order = order_of(query->sort);
    if (!order)
        return std::unexpected{std::move(order).error()};
    bool const may_read = call.caller.permissions.has(domain::Permission::parameters_read);
    if (projection->names_parameters() && !may_read)
        return forbidden("Parameters need the permission parameters.read: leave them out of the projection.");
    bool const with_parameters = may_read && (projection->wants_everything() || projection->names_parameters());
    return DeviceListing{*std::move(condition), *std::move(order),      query->skip,
                         query->limit,          *std::move(projection), with_parameters};
}

/// A device in service leaves at once, without a reset.
base::Awaitable<Outcome<void>> retire(Call const& call, domain::DeviceRow const& device)
{
    auto const& services = call.context.services;
    domain::Retirement const at_once{false, services.clock.now()};
    auto const retired = co_await services.life.retire(device.key, at_once);
    if (!retired)
        co_return problem(409, "conflict", fmt::format("It cannot be retired: {}.", retired.error().what));
    co_await audit(call, "device.retired", cwmp::external_id(device.identity),
                   json::object{{"state", domain::to_text(device.state)}}, json::object{{"factory_reset", false}},
                   device.key);
    co_return Outcome<void>{};
}

/// A label goes on or comes off.
Answer change(Call call, bool is_added)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const tag = net::percent_decoded(call.second);
    if (auto const wrong = domain::tag_problem(tag); !wrong.empty())
        co_return bad_request(fmt::format("The tag {}.", wrong));
    auto const device = co_await find(call, call.argument);
    if (!device)
        co_return std::unexpected{device.error()};
    auto changed = co_await change_tag(call, *device, tag, is_added);
    if (!changed)
        co_return std::unexpected{std::move(changed).error()};
    co_return net::Response{};
}

}  // namespace

Answer list_devices(Call call)
{
    auto listing = listing_of(call);
    if (!listing)
        co_return std::unexpected{std::move(listing).error()};
    auto const& services = call.context.services;
    auto const total = co_await services.fleet_search.count(listing->where);
    if (!total)
        co_return bad_query("", total.error().what);
    auto response = list_head(*total);
    if (call.request.method == "HEAD")
        co_return response;
    auto list = std::make_unique<DeviceList>(services, *std::move(listing));
    auto begun = co_await list->next();
    if (!begun)
        co_return std::unexpected{std::move(begun).error()};
    if (list->is_over())
        response.body = *std::move(begun);
    else
        response.body = std::make_unique<DeviceStream>(*std::move(begun), std::move(list));
    co_return response;
}

Answer remove_device(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const device = co_await find(call, call.argument);
    if (!device)
        co_return std::unexpected{device.error()};
    bool const is_in_service = device->state == domain::DeviceState::active ||
                               device->state == domain::DeviceState::conflict ||
                               device->state == domain::DeviceState::retiring;
    bool const may_retire = call.caller.permissions.has(domain::Permission::devices_write);
    if (is_in_service && may_retire)
        if (auto retired = co_await retire(call, *device); !retired)
            co_return std::unexpected{std::move(retired).error()};
    if (auto erased = co_await erase_device(call, device->key); !erased)
        co_return std::unexpected{std::move(erased).error()};
    co_return net::Response{};
}

Answer add_tag(Call call)
{
    co_return co_await change(std::move(call), true);
}

Answer remove_tag(Call call)
{
    co_return co_await change(std::move(call), false);
}

}  // namespace api::genieacs
