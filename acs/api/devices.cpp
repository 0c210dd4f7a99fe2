#include "api/device_lookup.hpp"
#include "api/endpoints.hpp"
#include "api/query.hpp"
#include "api/views.hpp"
#include "cwmp/device_id.hpp"
#include "domain/condition.hpp"
#include "domain/device_admin.hpp"
#include "domain/inventory.hpp"

#include <fmt/format.h>

namespace api {

namespace {

constexpr char devices_cursor = 'd';

}  // namespace

Answer list_devices(Call call)
{
    Query query{call.request.query()};
    auto const where = query.text("where");
    auto const limit = query.limit();
    auto const after = query.after_number(devices_cursor);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto condition = narrowed(call, where);
    if (!condition)
        co_return std::unexpected{std::move(condition).error()};

    auto found =
        co_await call.context.services.inventory.search(*std::move(condition), domain::DeviceKey{after}, limit + 1);
    if (!found)
        co_return bad_request(fmt::format("where: {}", found.error().what), {{"where", found.error().what}});
    std::optional<std::string> next;
    if (found->size() > limit) {
        found->resize(limit);
        next = make_cursor(devices_cursor, std::to_string(found->back().key.value()));
    }
    boost::json::array items;
    for (auto const& device : *found)
        items.push_back(view_of(device));
    co_return list_response(std::move(items), next);
}

Answer get_device(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto device = co_await find_device(call, std::string{call.argument});
    if (!device)
        co_return std::unexpected{std::move(device).error()};
    co_return co_await show_device(call.context, device->key);
}

Answer show_device(Context const& context, domain::DeviceKey key)
{
    auto const device = co_await context.services.inventory.find(key);
    if (!device)
        co_return not_found("device", std::to_string(key.value()));
    auto view = view_of(*device);
    boost::json::array proposals;
    for (auto const& identity : co_await context.services.admin.merge_proposals(key))
        proposals.emplace_back(cwmp::external_id(identity));
    view["merge_proposals"] = std::move(proposals);
    co_return json_response(200, view);
}

}  // namespace api
