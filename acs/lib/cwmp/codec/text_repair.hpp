#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cwmp::codec {

/// A UTF-16 body, with or without a byte order mark, as UTF-8. None when it is no UTF-16.
[[nodiscard]] std::optional<std::string> from_utf16(std::string_view body);

/// A document whose XML declaration names Latin-1 or Windows-1252, as UTF-8. None when there is nothing to convert.
[[nodiscard]] std::optional<std::string> from_declared_latin1(std::string_view document);

/// Puts right what senders with printf do to XML: bytes that are no UTF-8 are taken as Latin-1, control characters and
/// references to characters that XML 1.0 forbids are dropped, an "&" that begins no reference becomes "&amp;", line
/// ends become "\n". CDATA sections and comments keep their "&". None when nothing had to be done.
[[nodiscard]] std::optional<std::string> repaired(std::string_view document);

/// Appends `text` as the content of an element: escaped, without characters that XML 1.0 forbids; bytes that are no
/// UTF-8 are taken as Latin-1.
void append_escaped(std::string& out, std::string_view text);

/// Appends one character, U+10FFFF at most.
void append_utf8(std::string& out, std::uint32_t code);

/// Would `append_escaped` append `text` as it is?
[[nodiscard]] bool needs_no_escape(std::string_view text) noexcept;

}  // namespace cwmp::codec
