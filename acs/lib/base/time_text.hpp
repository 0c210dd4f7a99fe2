#pragma once

#include "base/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace base {

/// RFC 3339 in UTC with whole seconds, or with microseconds when there are any: "2026-03-01T12:00:00Z".
[[nodiscard]] std::string to_rfc3339(TimePoint time);

/// Reads RFC 3339 / ISO 8601 with 'T' or a blank between date and time; offset, "Z" or nothing (taken as UTC);
/// fractions optional. None when it is not a moment of the years 1 to 9999.
[[nodiscard]] std::optional<TimePoint> parse_rfc3339(std::string_view text);

}  // namespace base
