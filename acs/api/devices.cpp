#include "api/device_lookup.hpp"
#include "api/endpoints.hpp"
#include "api/query.hpp"
#include "api/views.hpp"
#include "cwmp/device_id.hpp"
#include "cwmp/path.hpp"
#include "domain/condition.hpp"
#include "domain/device_admin.hpp"
#include "domain/inventory.hpp"
#include "domain/parameter_values.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace api {

namespace {

constexpr char devices_cursor = 'd';
constexpr std::size_t most_values = 20;  ///< parameters of each device of a list

/// `values`: the parameters whose values are given with each device.
Outcome<std::vector<std::string>> read_paths(Query& query, Caller const& caller)
{
    std::vector<std::string> paths;
    auto const text = query.text("values").value_or("");
    for (std::string_view rest = text; !rest.empty();) {
        paths.emplace_back(rest.substr(0, rest.find(',')));
        rest.remove_prefix(std::min(paths.back().size() + 1, rest.size()));
        auto const checked = cwmp::check_path(paths.back(), {.partial = false, .wildcards = false, .aliases = false});
        if (!checked)
            query.add_error("values", fmt::format("{}: {}", paths.back(), checked.error().what));
        else if (cwmp::is_secret_path(paths.back()))
            query.add_error("values", fmt::format("{} is a secret.", paths.back()));
    }
    if (paths.size() > most_values)
        query.add_error("values", fmt::format("has {} parameters, at most {} are given.", paths.size(), most_values));
    if (!paths.empty() && !caller.permissions.has(domain::Permission::parameters_read))
        return forbidden("Values of parameters need the permission parameters.read.");
    return paths;
}

/// Adds to each device the values of `paths`.
base::Awaitable<boost::json::array> with_values(Context const& context, boost::json::array items,
                                                std::vector<domain::DeviceRow> const& devices,
                                                std::vector<std::string> paths)
{
    std::vector<domain::DeviceKey> keys;
    for (auto const& device : devices)
        keys.push_back(device.key);
    auto const rows = co_await context.services.values.of(std::move(keys), paths);
    for (std::size_t i = 0; i < items.size(); ++i) {
        boost::json::object values;
        for (std::size_t n = 0; n < paths.size(); ++n)
            values[paths[n]] = rows[i][n] ? boost::json::value(*rows[i][n]) : boost::json::value(nullptr);
        items[i].as_object()["values"] = std::move(values);
    }
    co_return items;
}

boost::json::value text_or_null(std::string const& text)
{
    return text.empty() ? boost::json::value(nullptr) : boost::json::value(text);
}

/// What is only told where one device is asked for.
void add_notes(boost::json::object& view, domain::DeviceNotes const& notes)
{
    view["time_zone"] = text_or_null(notes.time_zone);
    view["access_node"] = text_or_null(notes.access_node);
    view["parent_device"] =
        notes.parent_device ? boost::json::value(cwmp::external_id(*notes.parent_device)) : boost::json::value(nullptr);
    boost::system::error_code error;
    view["attributes"] = boost::json::parse(notes.attributes, error);
}

}  // namespace

Answer list_devices(Call call)
{
    Query query{call.request.query()};
    auto where = query.text("where");
    auto group = query.text("group");
    auto const limit = query.limit();
    auto const after = query.after_number(devices_cursor);
    auto const paths = read_paths(query, call.caller);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    if (!paths)
        co_return std::unexpected{paths.error()};
    auto selection = co_await selected(call, std::move(where), std::move(group));
    if (!selection)
        co_return std::unexpected{std::move(selection).error()};

    auto found = co_await call.context.services.inventory.search(std::move(selection->condition),
                                                                 domain::DeviceKey{after}, limit + 1);
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
    if (!paths->empty())
        items = co_await with_values(call.context, std::move(items), *found, *paths);
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
    add_notes(view, co_await context.services.admin.notes(key));
    co_return json_response(200, view);
}

}  // namespace api
