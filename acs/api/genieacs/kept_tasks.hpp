#pragma once

#include "api/call.hpp"
#include "domain/inventory.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace api::genieacs {

/// The tasks in one of `states` whose devices the caller may see, at most most_documents. `device`: an _id, only those
/// of that device. Fails with 400 when there are more.
[[nodiscard]] base::Awaitable<Outcome<std::vector<domain::TaskRow>>>
read_tasks(Call const& call, std::vector<domain::TaskState> states, std::optional<std::string_view> device);

/// The task that a text means; none when there is none that is kept here (open, or failed) and whose device the caller
/// may see.
[[nodiscard]] base::Awaitable<std::optional<domain::TaskRow>> find_task(Call const& call, std::string_view id);

/// Forgets a task that failed, and writes down who did. False: it is no such task any more.
[[nodiscard]] base::Awaitable<bool> forget_task(Call const& call, domain::TaskRow const& row);

}  // namespace api::genieacs
