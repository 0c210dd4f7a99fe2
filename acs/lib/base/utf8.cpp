#include "base/utf8.hpp"

namespace base {

namespace {

std::size_t announced_bytes(unsigned char lead) noexcept
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead < 0xE0)
        return 2;
    if (lead >= 0xE0 && lead < 0xF0)
        return 3;
    return lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

bool is_allowed(char32_t value, std::size_t bytes) noexcept
{
    switch (bytes) {
        case 3: return value >= 0x800 && (value < 0xD800 || value > 0xDFFF);
        case 4: return value >= 0x10000 && value <= 0x10FFFF;
        default: return true;
    }
}

}  // namespace

Utf8Character first_character(std::string_view text) noexcept
{
    if (text.empty())
        return {};
    auto const lead = static_cast<unsigned char>(text[0]);
    auto const invalid = Utf8Character{lead, 1, false};
    auto const bytes = announced_bytes(lead);
    if (bytes == 0 || bytes > text.size())
        return invalid;
    char32_t value = bytes == 1 ? lead : lead & (0x7Fu >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        auto const next = static_cast<unsigned char>(text[i]);
        if ((next & 0xC0u) != 0x80)
            return invalid;
        value = (value << 6) | (next & 0x3Fu);
    }
    return is_allowed(value, bytes) ? Utf8Character{value, bytes, true} : invalid;
}

bool is_utf8(std::string_view text) noexcept
{
    while (!text.empty()) {
        auto const character = first_character(text);
        if (!character.is_valid)
            return false;
        text.remove_prefix(character.bytes);
    }
    return true;
}

}  // namespace base
