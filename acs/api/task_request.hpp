#pragma once

#include "api/caller.hpp"
#include "api/problem.hpp"
#include "base/clock.hpp"
#include "domain/task.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace api {

/// Reads the body of a request for a task, {"kind":"set","values":{...},"not_before":...}: a task without id and
/// device. Fails with 400 for what is no JSON object, with 422 and every bad field for the rest. Looks nothing up.
[[nodiscard]] Outcome<domain::Task> read_task_request(std::string_view body, base::TimePoint now,
                                                      std::uint32_t max_items);
/// The same of a body that was read.
[[nodiscard]] Outcome<domain::Task> read_task_request(boost::json::object body, base::TimePoint now,
                                                      std::uint32_t max_items);

/// Takes what every kind has (kind, not_before, expires_at, priority, window) out of `body` into `task`, and notes
/// every bad field. Gives the kind; empty: it is missing.
[[nodiscard]] std::string take_common_fields(boost::json::object& body, domain::Task& task, base::TimePoint now,
                                             std::vector<FieldError>& errors);

/// The permission that a task needs beside tasks.write, or jobs.write. Fails with 403.
[[nodiscard]] Outcome<void> check_permission(Caller const& caller, domain::TaskArguments const& arguments);

}  // namespace api
