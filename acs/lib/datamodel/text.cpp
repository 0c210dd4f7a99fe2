#include "datamodel/text.hpp"

namespace datamodel {
namespace {

constexpr std::size_t quoted_bytes = 80;

constexpr bool continues_character(char c) noexcept
{
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

}  // namespace

std::string_view cut(std::string_view text, std::size_t most) noexcept
{
    if (text.size() <= most)
        return text;
    while (most > 0 && continues_character(text[most]))
        --most;
    return text.substr(0, most);
}

std::size_t character_count(std::string_view text) noexcept
{
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !continues_character(c); }));
}

std::string in_quotes(std::string_view text)
{
    auto const shown = cut(text, quoted_bytes);
    std::string result = "\"";
    for (char const c : shown)
        result += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    return result + (shown.size() < text.size() ? "...\"" : "\"");
}

}  // namespace datamodel
