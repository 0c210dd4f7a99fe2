#pragma once

#include "api/problem.hpp"
#include "base/clock.hpp"
#include "domain/task.hpp"

#include <cstdint>
#include <string_view>

namespace api {

/// Reads the body of a request for a task, {"kind":"set","values":{...},"not_before":...}: a task without id and
/// device. Fails with 400 for what is no JSON object, with 422 and every bad field for the rest. Looks nothing up.
[[nodiscard]] Outcome<domain::Task> read_task_request(std::string_view body, base::TimePoint now,
                                                      std::uint32_t max_items);

}  // namespace api
