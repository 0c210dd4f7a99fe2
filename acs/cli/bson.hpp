#pragma once

#include "base/result.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace cli {

/// What one document of a dump may hold: a little more than MongoDB's own limits, 16 MiB and 100 levels.
struct BsonLimits {
    std::uint32_t bytes = 17 * 1024 * 1024;
    std::size_t depth = 120;
};

/// The length that a document begins with, when four bytes of it are there; it counts itself.
[[nodiscard]] std::optional<std::uint32_t> bson_length(std::string_view bytes) noexcept;

/// Reads one whole document of BSON (bsonspec.org, version 1.1). `is_wanted` says of each member at the top whether it
/// is read at all. Dates become {"$date": milliseconds}, as mongoexport writes them; what JSON has no form for (object
/// ids, binary, code, decimals) becomes null. Fails with a sentence for what is no such document.
[[nodiscard]] base::Result<boost::json::object> read_bson(std::string_view document,
                                                          std::function<bool(std::string_view)> const& is_wanted,
                                                          BsonLimits const& limits = {});

}  // namespace cli
