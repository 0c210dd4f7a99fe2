#pragma once

#include "base/result.hpp"
#include "cwmp/dialect.hpp"
#include "cwmp/value_type.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Values as text, with a type. What a person wrote, what a rule wants and what a CPE tells are rarely the same text
/// for the same value: "true" and "1", "007" and "7", "2026-01-01T01:00:00+01:00" and "2026-01-01T00:00:00Z".
namespace datamodel {

/// Checks that `value` is a value of `type`: integers in the range of their width, booleans 0/1/true/false in any case,
/// dateTime (ISO 8601, the unknown time, relative times with years below 1000), base64, hexBinary.
/// Strings and the unknown type take everything. Fails with a sentence that quotes the value and says what would be
/// right.
[[nodiscard]] base::Result<void> check_value(std::string_view value, cwmp::ValueType type);

/// The one text that stands for this value: booleans 0/1, integers without plus sign and leading zeros, decimals
/// without trailing zeros, dateTimes in UTC with Z, hexBinary in capitals, base64 without blanks. Strings, and what is
/// no value of `type`, stay as they are.
[[nodiscard]] std::string canonical(std::string_view value, cwmp::ValueType type);

/// True when both texts stand for the same value of `type`.
[[nodiscard]] bool same_value(std::string_view a, std::string_view b, cwmp::ValueType type);

/// What a person or a rule wrote, as it is sent to a CPE that calls the parameter `type`. More is understood than a CPE
/// would: "yes", "no", "on", "off" for booleans, blanks around numbers, a date without time, "now" is not. Fails as
/// check_value does.
[[nodiscard]] base::Result<std::string> to_wire(std::string_view input, cwmp::ValueType type,
                                                cwmp::BooleanSpelling booleans = cwmp::BooleanSpelling::digits);

/// The boolean that `value` is: 0, 1, true, false in any case, blanks around ignored.
[[nodiscard]] std::optional<bool> to_boolean(std::string_view value) noexcept;

/// The whole number that `value` is when it fits; sign, leading zeros and blanks around allowed.
[[nodiscard]] std::optional<std::int64_t> to_integer(std::string_view value) noexcept;

/// Addresses as the data models' named types have them; the empty text is none.
[[nodiscard]] bool is_ipv4_address(std::string_view value) noexcept;
[[nodiscard]] bool is_ipv6_address(std::string_view value) noexcept;
[[nodiscard]] bool is_mac_address(std::string_view value) noexcept;

}  // namespace datamodel
