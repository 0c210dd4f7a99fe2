#pragma once

#include <algorithm>
#include <string>
#include <string_view>

/// Small things about text that the files of this folder share.
namespace datamodel {

[[nodiscard]] constexpr bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

/// White space as XML has it.
[[nodiscard]] constexpr bool is_white(char c) noexcept
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// Without white space around.
[[nodiscard]] constexpr std::string_view trimmed(std::string_view text) noexcept
{
    while (!text.empty() && is_white(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_white(text.back()))
        text.remove_suffix(1);
    return text;
}

[[nodiscard]] constexpr char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Equal but for the case of ASCII letters.
[[nodiscard]] constexpr bool same_letters(std::string_view a, std::string_view b) noexcept
{
    return std::ranges::equal(a, b, {}, lower, lower);
}

/// At most `most` bytes from the front, not cut within a UTF-8 character.
[[nodiscard]] std::string_view cut(std::string_view text, std::size_t most) noexcept;

/// Characters, where a byte that is no UTF-8 counts as one.
[[nodiscard]] std::size_t character_count(std::string_view text) noexcept;

/// The text in quotes for an error sentence: shortened, without control characters.
[[nodiscard]] std::string in_quotes(std::string_view text);

}  // namespace datamodel
