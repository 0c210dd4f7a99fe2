#include "files/byte_range.hpp"

#include <algorithm>
#include <charconv>

namespace files {

namespace {

std::optional<std::uint64_t> number(std::string_view text)
{
    std::uint64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::string_view trimmed(std::string_view text)
{
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

RangeVerdict judge_range(std::string_view field, std::uint64_t size)
{
    constexpr std::string_view unit = "bytes=";
    if (!field.starts_with(unit) || field.find(',') != std::string_view::npos)
        return {};
    auto const spec = trimmed(field.substr(unit.size()));
    auto const dash = spec.find('-');
    if (dash == std::string_view::npos)
        return {};
    auto const from = trimmed(spec.substr(0, dash));
    auto const to = trimmed(spec.substr(dash + 1));
    auto const first = number(from);
    auto const last = number(to);
    bool const is_nonsense = (!from.empty() && !first) || (!to.empty() && !last);
    if (is_nonsense || (!first && !last))
        return {};
    if (!first) {  // "-500": the last 500 bytes
        if (*last == 0 || size == 0)
            return {true, std::nullopt};
        auto const length = std::min(*last, size);
        return {false, ByteRange{size - length, length}};
    }
    if (last && *last < *first)
        return {};
    if (*first >= size)
        return {true, std::nullopt};
    auto const end = last ? std::min(*last, size - 1) : size - 1;
    return {false, ByteRange{*first, end - *first + 1}};
}

}  // namespace files
