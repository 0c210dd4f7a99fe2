#pragma once

#include "base/result.hpp"
#include "domain/json_fields.hpp"
#include "domain/task.hpp"

#include <boost/json/object.hpp>

#include <expected>
#include <string_view>
#include <vector>

namespace domain {

/// The arguments of a task as the API takes them and the database keeps them, e.g. {"values":{"Device...":"x"}} for a
/// set. The kind is not part of it.
[[nodiscard]] boost::json::object to_json(TaskArguments const& arguments);

/// Reads what to_json wrote or what a client sent. Fails with a sentence that names the bad field.
[[nodiscard]] base::Result<TaskArguments> task_arguments(std::string_view kind, boost::json::object const& json);

/// The same with every bad field by itself.
[[nodiscard]] std::expected<TaskArguments, std::vector<FieldComplaint>>
read_task_arguments(std::string_view kind, boost::json::object const& json);

}  // namespace domain
