#pragma once

#include "base/result.hpp"
#include "cli/invocation.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace cli {

/// True for the commands that make a task.
[[nodiscard]] bool makes_task(std::string_view command) noexcept;

/// The body of POST .../tasks for a command; of a download without its file, which must be found first.
/// Fails for operands that are not of their form.
[[nodiscard]] base::Result<boost::json::object> task_body(Invocation const& invocation);

/// TR-069's text for the short name of a type of files that devices fetch ("firmware"); any other text as it is.
[[nodiscard]] std::string download_type(std::string_view name);

}  // namespace cli
