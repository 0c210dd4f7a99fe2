#pragma once

#include "api/call.hpp"
#include "domain/inventory.hpp"

namespace api {

/// The permission that a task needs beside tasks.write.
[[nodiscard]] Outcome<void> check_permission(Caller const& caller, domain::TaskArguments const& arguments);

/// Orders a task that was checked (check_task), and writes down who did.
[[nodiscard]] base::Awaitable<domain::TaskRow> add_task(Call const& call, domain::DeviceRow const& device,
                                                        domain::Task task);

}  // namespace api
