#pragma once

#include "api/problem.hpp"
#include "domain/json_fields.hpp"

#include <boost/json/object.hpp>

#include <string_view>
#include <vector>

namespace api {

/// The JSON object that a body is. Fails with 400; `example` shows what was expected.
[[nodiscard]] Outcome<boost::json::object> read_object(std::string_view body, std::string_view example);

/// 422 with all that JsonFields complained of.
[[nodiscard]] std::unexpected<Problem> wrong_fields(std::vector<domain::FieldComplaint> complaints);

}  // namespace api
