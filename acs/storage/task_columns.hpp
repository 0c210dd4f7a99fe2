#pragma once

#include "base/sealer.hpp"
#include "domain/task.hpp"

#include <pqxx/result>

#include <string>
#include <string_view>

namespace storage {

/// The columns of `task` that make up a domain::Task, in the order that `read_task` takes them. `t` is the alias.
inline constexpr char task_columns[] = "t.device_id, t.task_id, t.kind, t.state, t.priority, t.created, t.not_before, "
                                       "t.expires_at, t.deadline, t.sent_at, "
                                       "t.attempts, t.command_key, t.progress, t.origin, t.arguments, t.window_start, "
                                       "t.window_end";
inline constexpr int task_column_count = 17;

/// Whose the secrets of a task are (the sealer's place).
[[nodiscard]] std::string task_place(domain::DeviceKey device);

/// Whose a connection-request password is.
[[nodiscard]] std::string wake_place(domain::DeviceKey device);
/// Whose the password of a login is: it stays its own when devices are merged.
[[nodiscard]] std::string login_place(std::string_view username);

/// The arguments as the column keeps them: JSON with its secrets sealed.
[[nodiscard]] std::string arguments_text(base::Sealer const& sealer, domain::DeviceKey device,
                                         domain::TaskArguments const& arguments);

/// Reads the columns from `first` on. Throws std::runtime_error, naming the task, when its arguments cannot be read.
[[nodiscard]] domain::Task read_task(pqxx::row const& row, int first, base::Sealer const& sealer);

/// The same for people: secrets read "********", what the task keeps between its steps is left out.
[[nodiscard]] domain::Task read_shown_task(pqxx::row const& row, int first);

}  // namespace storage
