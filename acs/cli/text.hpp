#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cli {

/// Foreign text made harmless for a terminal: control characters, invalid UTF-8 and characters that turn the direction
/// of writing are written as escapes ("\n", "\x1b", "\u202e").
[[nodiscard]] std::string escaped(std::string_view text);

/// The same for JSON text: such characters become escapes of JSON's own ("\u202e"), so that it means what it meant.
[[nodiscard]] std::string harmless_json(std::string_view json);

/// The same for lines: their ends and tabs stay.
[[nodiscard]] std::string harmless_lines(std::string_view text);

/// The columns that a text takes on a terminal: wide East Asian characters two, combining marks none.
[[nodiscard]] std::size_t columns(std::string_view text) noexcept;

/// The text if it takes at most `most` columns, else its beginning and "…". `most` is at least 1.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t most);

}  // namespace cli
