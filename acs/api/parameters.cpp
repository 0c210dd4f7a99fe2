#include "api/audit.hpp"
#include "api/device_lookup.hpp"
#include "api/endpoints.hpp"
#include "api/query.hpp"
#include "api/views.hpp"
#include "cwmp/device_id.hpp"
#include "cwmp/path.hpp"

namespace api {

namespace {

constexpr char parameters_cursor = 'p';

/// `path`: a parameter, or an object with its dot; everything when it is absent.
std::string read_path(Query& query)
{
    auto path = query.text("path").value_or("");
    if (auto const checked = cwmp::check_path(path, {.partial = true, .wildcards = false, .aliases = false}); !checked)
        query.add_error("path", checked.error().what);
    return path;
}

/// Writes down whose eyes saw which secrets, before they do.
base::Awaitable<void> note_revealed(Call const& call, domain::DeviceRow const& device,
                                    std::vector<domain::ParameterRow> const& rows)
{
    boost::json::array paths;
    for (auto const& row : rows)
        if (row.is_secret && row.value)
            paths.emplace_back(row.path);
    if (!paths.empty())
        co_await audit(call, "secrets.revealed", cwmp::external_id(device.identity), nullptr,
                       boost::json::object{{"paths", std::move(paths)}}, device.key);
}

}  // namespace

Answer list_parameters(Call call)
{
    Query query{call.request.query()};
    auto path = read_path(query);
    auto const limit = query.limit();
    auto after = query.after(parameters_cursor);
    auto const secrets = query.flag("reveal") ? domain::Secrets::shown : domain::Secrets::withheld;
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    if (secrets == domain::Secrets::shown && !call.caller.permissions.has(domain::Permission::secrets_reveal))
        co_return forbidden("Seeing secrets needs the permission secrets.reveal.");
    auto device = co_await find_device(call, std::string{call.argument});
    if (!device)
        co_return std::unexpected{std::move(device).error()};

    auto found = co_await call.context.services.inventory.parameters(device->key, std::move(path), std::move(after),
                                                                     limit + 1, secrets);
    std::optional<std::string> next;
    if (found.size() > limit) {
        found.resize(limit);
        next = make_cursor(parameters_cursor, found.back().path);
    }
    if (secrets == domain::Secrets::shown)
        co_await note_revealed(call, *device, found);
    boost::json::array items;
    for (auto const& parameter : found)
        items.push_back(view_of(parameter, secrets));
    co_return list_response(std::move(items), next);
}

}  // namespace api
