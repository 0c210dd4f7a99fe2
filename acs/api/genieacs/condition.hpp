#pragma once

#include "api/genieacs/filter.hpp"

#include <string>

namespace api::genieacs {

/// A query over devices as a condition of our own language (docs/rules.md), for the guard to check: "true" when it
/// asks for nothing. Fails with 400 and a sentence that says what has no counterpart, and where.
[[nodiscard]] Outcome<std::string> condition_of(Filter const& filter);

}  // namespace api::genieacs
