#pragma once

#include "api/problem.hpp"

#include <boost/json/object.hpp>

#include <string_view>

namespace api {

/// The JSON object that a body is. Fails with 400; `example` shows what was expected.
[[nodiscard]] Outcome<boost::json::object> read_object(std::string_view body, std::string_view example);

}  // namespace api
