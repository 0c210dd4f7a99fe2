#pragma once

#include "api/call.hpp"
#include "domain/inventory.hpp"

namespace api {

/// Checks what a task wants against what is known: the device may be changed, the file exists, values lie in their data
/// model's ranges. Fills in what a download's file tells (type, version). Fails with 409 or with 422 and every bad
/// field.
[[nodiscard]] base::Awaitable<Outcome<void>> check_task(Context const& context, domain::DeviceRow const& device,
                                                        domain::Task& task);

/// Of that the part that does not depend on how a device stands. `device`: whose data model values are held against;
/// null: none. Fails with 422.
[[nodiscard]] base::Awaitable<Outcome<void>> check_arguments(Context const& context, domain::DeviceRow const* device,
                                                             domain::TaskArguments& arguments);

}  // namespace api
