#pragma once

#include "base/clock.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace api::genieacs {

/// "2026-03-01T12:00:00.000Z", as JavaScript writes a Date.
[[nodiscard]] std::string to_iso(base::TimePoint time);

/// What scripts write for a moment: ISO 8601, "2026-03-01", "2026-03-01 12:00:00 +0000", or a number of milliseconds
/// since 1970. None for anything else.
[[nodiscard]] std::optional<base::TimePoint> read_moment(boost::json::value const& value);
[[nodiscard]] std::optional<base::TimePoint> read_moment(std::string_view text);

}  // namespace api::genieacs
