#pragma once

#include "cwmp/value_type.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// Text of elements -> values, as forgiving as the field needs.
namespace cwmp::codec {

/// Without the blanks, tabs and line ends around it.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// The same in place, without a copy when there are none.
void trim(std::string& text);

/// The number that the text begins with; 0 when it begins with none, the nearest when it does not fit.
[[nodiscard]] std::uint32_t to_unsigned(std::string_view text) noexcept;
[[nodiscard]] std::uint64_t to_unsigned_long(std::string_view text) noexcept;
[[nodiscard]] int to_int(std::string_view text) noexcept;

/// 1, true, yes, on in any case; everything else is false.
[[nodiscard]] bool to_bool(std::string_view text) noexcept;

/// ASCII letters compared without case.
[[nodiscard]] bool equal_ignoring_case(std::string_view left, std::string_view right) noexcept;

/// Do blanks around a value of this type mean nothing?
[[nodiscard]] constexpr bool is_trimmed(ValueType type) noexcept
{
    return type != ValueType::string && type != ValueType::unknown;
}

}  // namespace cwmp::codec
