#include "api/task_order.hpp"

#include "api/audit.hpp"
#include "api/views.hpp"
#include "base/log.hpp"
#include "cwmp/device_id.hpp"

#include <fmt/format.h>

#include <utility>

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

base::Awaitable<domain::TaskRow> add_task(Call const& call, domain::DeviceRow const& device, domain::Task task)
{
    if (call.claim)
        task.id = domain::TaskId{call.claim->reserved_id};
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
