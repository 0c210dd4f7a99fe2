#pragma once

#include <cstddef>
#include <string_view>

namespace provisioning {

/// True when a date or time type reads the clock for this constant: 'now', 'today', ...
[[nodiscard]] bool names_a_moving_time(std::string_view text);

/// False for numbers of absurd length or magnitude: PostgreSQL would calculate with 131,072 digits.
[[nodiscard]] bool is_moderate_number(std::string_view digits, std::size_t most_characters);

}  // namespace provisioning
