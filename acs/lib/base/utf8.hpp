#pragma once

#include <cstddef>
#include <string_view>

namespace base {

/// One character at the start of a text.
struct Utf8Character {
    char32_t value = 0;     ///< the code point; of invalid text the byte itself
    std::size_t bytes = 0;  ///< that it takes; 1 for invalid text, 0 for an empty one
    bool is_valid = false;
};

/// Reads the first character; overlong forms, surrogates and values beyond U+10FFFF are invalid (RFC 3629).
[[nodiscard]] Utf8Character first_character(std::string_view text) noexcept;

/// True when the whole text is valid UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace base
