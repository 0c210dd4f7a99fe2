#include "api/task_order.hpp"

#include "api/audit.hpp"
#include "api/views.hpp"
#include "base/log.hpp"
#include "cwmp/device_id.hpp"

#include <fmt/format.h>

#include <utility>
#include <variant>

namespace api {

namespace {

/// What of a new task is worth keeping beyond it.
boost::json::object what_was_ordered(domain::TaskRow const& row)
{
    auto view = view_of(row);
    boost::json::object kept;
    for (auto const* const name : {"device", "kind", "arguments", "priority", "not_before", "expires_at", "window"})
        kept[name] = std::move(view[name]);
    return kept;
}

}  // namespace

Outcome<void> check_permission(Caller const& caller, domain::TaskArguments const& arguments)
{
    bool const changes_parameters =
        std::holds_alternative<domain::SetTask>(arguments) || std::holds_alternative<domain::AddTask>(arguments) ||
        std::holds_alternative<domain::DeleteTask>(arguments) ||
        std::holds_alternative<domain::AttributesTask>(arguments) || std::holds_alternative<domain::RpcTask>(arguments);
    if (changes_parameters && !caller.permissions.has(domain::Permission::parameters_write))
        return forbidden(
            fmt::format("A task of kind {} needs the permission parameters.write.", domain::kind_of(arguments)));
    return {};
}

base::Awaitable<domain::TaskRow> add_task(Call const& call, domain::DeviceRow const& device, domain::Task task)
{
    task.device = device.key;
    task.origin = call.caller.name.empty() ? "api" : "api:" + call.caller.name;
    auto row = co_await call.context.services.inventory.add_task(std::move(task));
    row.identity = device.identity;
    base::log::info("api.task_created", {{"task", row.task.id.value()},
                                         {"device", cwmp::external_id(device.identity)},
                                         {"kind", domain::kind_of(row.task.arguments)},
                                         {"by", call.caller.name}});
    co_await audit(call, "task.created", fmt::format("task {}", row.task.id.value()), nullptr, what_was_ordered(row),
                   device.key);
    co_return row;
}

}  // namespace api
