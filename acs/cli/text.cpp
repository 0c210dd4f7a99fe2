#include "cli/text.hpp"

#include "base/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cli {

namespace {

struct Range {
    char32_t first, last;
};

/// East Asian wide and fullwidth blocks, and pictures (Unicode TR 11).
constexpr Range wide[] = {{0x1100, 0x115F}, {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},  {0x4E00, 0x9FFF},
                          {0xA000, 0xA4CF}, {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},  {0xFF00, 0xFF60},
                          {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
/// Combining marks and zero-width characters.
constexpr Range narrow[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A},
                            {0x064B, 0x065F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200D},
                            {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};
/// C0, DEL, C1, line separators, and the marks and overrides of writing direction.
constexpr Range dangerous[] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0x061C, 0x061C}, {0x200E, 0x200F},
                               {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}};

template <std::size_t size>
bool is_in(Range const (&ranges)[size], char32_t value) noexcept
{
    return std::ranges::any_of(ranges, [value](Range range) { return value >= range.first && value <= range.last; });
}

std::size_t columns_of(char32_t value) noexcept
{
    return is_in(narrow, value) ? 0 : is_in(wide, value) ? 2 : 1;
}

std::string escape(base::Utf8Character character)
{
    auto const value = static_cast<unsigned>(character.value);
    if (!character.is_valid)
        return fmt::format("\\x{:02x}", value);
    switch (value) {
        case '\n': return "\\n";
        case '\r': return "\\r";
        case '\t': return "\\t";
        default: return value < 0x80 ? fmt::format("\\x{:02x}", value) : fmt::format("\\u{:04x}", value);
    }
}

/// Each character as `write` has it, or as it is where that is empty.
template <class Write>
std::string rewritten(std::string_view text, Write write)
{
    std::string result;
    while (!text.empty()) {
        auto const character = base::first_character(text);
        auto const other = write(character);
        result += other.empty() ? text.substr(0, character.bytes) : std::string_view{other};
        text.remove_prefix(character.bytes);
    }
    return result;
}

}  // namespace

std::string escaped(std::string_view text)
{
    return rewritten(text, [](auto const& character) {
        return !character.is_valid || is_in(dangerous, character.value) ? escape(character) : std::string{};
    });
}

std::string harmless_json(std::string_view json)
{
    return rewritten(json, [](auto const& character) {
        bool const is_meant = character.is_valid && is_in(dangerous, character.value);
        return is_meant ? fmt::format("\\u{:04x}", static_cast<unsigned>(character.value)) : std::string{};
    });
}

std::string harmless_lines(std::string_view text)
{
    std::string result;
    while (!text.empty()) {
        auto const end = std::min(text.find_first_of("\n\t"), text.size());
        result += escaped(text.substr(0, end));
        result += text.substr(end, 1);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return result;
}

std::size_t columns(std::string_view text) noexcept
{
    std::size_t count = 0;
    while (!text.empty()) {
        auto const character = base::first_character(text);
        count += columns_of(character.value);
        text.remove_prefix(character.bytes);
    }
    return count;
}

std::string shortened(std::string_view text, std::size_t most)
{
    if (columns(text) <= most)
        return std::string{text};
    std::size_t used = 1;  // the ellipsis
    std::size_t kept = 0;
    while (kept < text.size()) {
        auto const character = base::first_character(text.substr(kept));
        if (used + columns_of(character.value) > most)
            break;
        used += columns_of(character.value);
        kept += character.bytes;
    }
    return fmt::format("{}\u2026", text.substr(0, kept));
}

}  // namespace cli
