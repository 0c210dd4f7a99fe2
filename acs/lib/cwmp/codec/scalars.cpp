#include "cwmp/codec/scalars.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace cwmp::codec {
namespace {

constexpr std::string_view blanks = " \t\r\n";

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

template <class Number>
Number to_number(std::string_view text)
{
    text = trimmed(text);
    if (text.starts_with('+'))
        text.remove_prefix(1);
    Number number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::result_out_of_range)
        return text.starts_with('-') ? std::numeric_limits<Number>::min() : std::numeric_limits<Number>::max();
    return number;
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept
{
    auto const begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

void trim(std::string& text)
{
    if (text.empty() ||
        (static_cast<unsigned char>(text.front()) > ' ' && static_cast<unsigned char>(text.back()) > ' '))
        return;
    auto const kept = trimmed(text);
    if (kept.size() != text.size())
        text = std::string{kept};
}

std::uint32_t to_unsigned(std::string_view text) noexcept
{
    return to_number<std::uint32_t>(text);
}

std::uint64_t to_unsigned_long(std::string_view text) noexcept
{
    return to_number<std::uint64_t>(text);
}

int to_int(std::string_view text) noexcept
{
    return to_number<int>(text);
}

bool to_bool(std::string_view text) noexcept
{
    text = trimmed(text);
    return text == "1" || equal_ignoring_case(text, "true") || equal_ignoring_case(text, "yes") ||
           equal_ignoring_case(text, "on");
}

bool equal_ignoring_case(std::string_view left, std::string_view right) noexcept
{
    return std::ranges::equal(left, right, {}, lower, lower);
}

}  // namespace cwmp::codec
