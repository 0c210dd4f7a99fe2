#include "api/csv_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cctype>

namespace api {

namespace json = boost::json;

namespace {

bool is_number(std::string_view text)
{
    if (text.starts_with('-') || text.starts_with('+'))
        text.remove_prefix(1);
    auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
    auto const digits = std::ranges::count_if(text, is_digit);
    auto const points = std::ranges::count(text, '.');
    return digits > 0 && points <= 1 && static_cast<std::size_t>(digits + points) == text.size();
}

bool reads_as_formula(std::string_view text)
{
    constexpr std::string_view starts = "=+-@\t\r";
    return !text.empty() && starts.contains(text.front()) && !is_number(text);
}

std::string in_quotes(std::string_view text)
{
    std::string result = "\"";
    for (char const c : text)
        result.append(c == '"' ? 2 : 1, c);
    return result + '"';
}

bool is_plain(json::value const& value)
{
    return !value.is_array() && !value.is_object();
}

std::string plain_text(json::value const& value)
{
    if (value.is_null())
        return {};
    if (auto const* const text = value.if_string())
        return {text->data(), text->size()};
    return json::serialize(value);
}

}  // namespace

std::string csv_line(std::vector<std::string> const& cells)
{
    std::string line;
    for (auto const& cell : cells) {
        auto const safe = reads_as_formula(cell) ? "'" + cell : cell;
        if (&cell != &cells.front())
            line += ',';
        line += safe.find_first_of(",;\"\r\n\t") == safe.npos ? safe : in_quotes(safe);
    }
    return line + "\r\n";
}

std::string csv_cell(json::value const& value)
{
    if (is_plain(value))
        return plain_text(value);
    auto const* const list = value.if_array();
    if (list == nullptr || !std::ranges::all_of(*list, is_plain))
        return json::serialize(value);
    std::string text;
    for (auto const& each : *list)
        text += (text.empty() ? "" : ";") + plain_text(each);
    return text;
}

}  // namespace api
