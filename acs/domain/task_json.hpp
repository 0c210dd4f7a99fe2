#pragma once

#include "base/result.hpp"
#include "domain/task.hpp"

#include <boost/json/object.hpp>

#include <string_view>

namespace domain {

/// The arguments of a task as the API takes them and the database keeps them, e.g. {"values":{"Device...":"x"}} for a
/// set. The kind is not part of it.
[[nodiscard]] boost::json::object to_json(TaskArguments const& arguments);

/// Reads what to_json wrote or what a client sent. Fails with a sentence that names the bad field.
[[nodiscard]] base::Result<TaskArguments> task_arguments(std::string_view kind, boost::json::object const& json);

}  // namespace domain
