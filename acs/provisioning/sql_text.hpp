#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace provisioning {

/// A place in a text as editors show it.
struct TextPosition {
    unsigned line;    ///< from 1
    unsigned column;  ///< in characters, from 1
};

/// Where byte `offset` of a UTF-8 text is; the end of the text for anything beyond it.
[[nodiscard]] TextPosition position_of(std::string_view text, std::size_t offset) noexcept;

/// The first byte that has no place in an SQL text: ill-formed UTF-8, or a control character other than tab, line feed
/// and carriage return (PostgreSQL's versions differ about the rest). None when the text is sound.
[[nodiscard]] std::optional<std::size_t> find_unsound_byte(std::string_view text) noexcept;

}  // namespace provisioning
