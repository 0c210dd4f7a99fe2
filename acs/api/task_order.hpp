#pragma once

#include "api/call.hpp"
#include "domain/inventory.hpp"

namespace api {

/// Orders a task that was checked (check_task), and writes down who did.
[[nodiscard]] base::Awaitable<domain::TaskRow> add_task(Call const& call, domain::DeviceRow const& device,
                                                        domain::Task task);

}  // namespace api
