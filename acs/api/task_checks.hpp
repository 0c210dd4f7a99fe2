#pragma once

#include "api/call.hpp"
#include "domain/inventory.hpp"

namespace api {

/// Checks what a task wants against what is known: the device may be changed, the file exists, values lie in their data
/// model's ranges. Fills in what a download's file tells (type, version). Fails with 409 or with 422 and every bad
/// field.
[[nodiscard]] base::Awaitable<Outcome<void>> check_task(Context const& context, domain::DeviceRow const& device,
                                                        domain::Task& task);

}  // namespace api
