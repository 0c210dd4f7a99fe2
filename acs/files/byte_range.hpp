#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace files {

struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t length = 0;
    friend bool operator==(ByteRange const&, ByteRange const&) = default;
};

/// How a Range field is to be answered (RFC 9110 14.2).
struct RangeVerdict {
    bool unsatisfiable = false;      ///< 416
    std::optional<ByteRange> range;  ///< 206 with these bytes; none: 200 with everything
};

/// Judges a Range field for a file of `size` bytes. One range is served; several, other units and nonsense get the
/// whole file, as the RFC allows.
[[nodiscard]] RangeVerdict judge_range(std::string_view field, std::uint64_t size);

}  // namespace files
