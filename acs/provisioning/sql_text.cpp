#include "provisioning/sql_text.hpp"

#include <algorithm>
#include <cstdint>

namespace provisioning {

namespace {

constexpr bool is_continuation(char byte) noexcept
{
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// The smallest code point that a sequence of this length may carry.
constexpr std::uint32_t smallest_code_point(std::size_t length) noexcept
{
    return length == 2 ? 0x80U : length == 3 ? 0x800U : 0x10000U;
}

/// The bytes of the character at the front of `text`; 0 when it is ill-formed.
std::size_t character_length(std::string_view text) noexcept
{
    auto const lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80)
        return 1;
    std::size_t const length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length)
        return 0;
    std::uint32_t code_point = lead & (0xFFU >> (length + 1));
    for (char const byte : text.substr(1, length - 1)) {
        if (!is_continuation(byte))
            return 0;
        code_point = code_point << 6U | (static_cast<unsigned char>(byte) & 0x3FU);
    }
    bool const is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    return code_point < smallest_code_point(length) || code_point > 0x10FFFF || is_surrogate ? 0 : length;
}

constexpr bool is_control(char byte) noexcept
{
    auto const value = static_cast<unsigned char>(byte);
    return (value < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || value == 0x7F;
}

}  // namespace

TextPosition position_of(std::string_view text, std::size_t offset) noexcept
{
    auto const before = text.substr(0, offset);
    auto const line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    auto const line = std::ranges::count(before, '\n');
    auto const bytes = before.substr(line_start);
    auto const characters = std::ranges::count_if(bytes, [](char byte) { return !is_continuation(byte); });
    return {static_cast<unsigned>(line + 1), static_cast<unsigned>(characters + 1)};
}

std::optional<std::size_t> find_unsound_byte(std::string_view text) noexcept
{
    for (std::size_t at = 0; at < text.size();) {
        auto const length = character_length(text.substr(at));
        if (length == 0 || is_control(text[at]))
            return at;
        at += length;
    }
    return std::nullopt;
}

}  // namespace provisioning
