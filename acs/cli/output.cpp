#include "cli/output.hpp"

#include "cli/table.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace cli {

namespace json = boost::json;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string_view view(json::string_view text)
{
    return {text.data(), text.size()};
}

std::string to_text(json::value const& value)
{
    if (value.is_null())
        return {};
    if (auto const* const text = value.if_string())
        return std::string{view(*text)};
    if (auto const* const flag = value.if_bool())
        return *flag ? "yes" : "no";
    auto const* const array = value.if_array();
    if (array == nullptr || !std::ranges::all_of(*array, [](json::value const& v) { return v.is_string(); }))
        return json::serialize(value);
    std::string joined;
    for (auto const& element : *array)
        joined += (joined.empty() ? "" : ", ") + std::string{view(element.get_string())};
    return joined;
}

/// {"name": PATH, "value": ...} as lists of values have it.
bool is_named_value(json::value const& value)
{
    auto const* const object = value.if_object();
    return object != nullptr && object->contains("value") && (object->contains("name") || object->contains("path"));
}

/// The times of the API. People read them to the second; what a device tells is left as it is.
bool is_time(std::string_view member)
{
    static constexpr std::array<std::string_view, 10> times{"first_seen", "last_inform", "last_boot",  "changed_at",
                                                            "created",    "updated",     "not_before", "expires_at",
                                                            "sent_at",    "deadline"};
    return std::ranges::find(times, member) != times.end();
}

/// "2026-01-02T03:04:05.678901Z" without what follows the seconds.
std::string to_the_second(std::string time)
{
    auto const point = time.find('.');
    auto const end = time.find_first_not_of("0123456789", point == time.npos ? point : point + 1);
    return point == time.npos ? time : time.substr(0, point) + (end == time.npos ? "" : time.substr(end));
}

std::string to_cell(std::string_view member, json::value const& value)
{
    return is_time(member) ? to_the_second(to_text(value)) : to_text(value);
}

void flatten(std::string const& name, json::value const& value, Pairs& pairs);

void flatten_members(std::string const& prefix, json::object const& object, Pairs& pairs)
{
    for (auto const& member : object)
        flatten(prefix + std::string{view(member.key())}, member.value(), pairs);
}

void flatten(std::string const& name, json::value const& value, Pairs& pairs)
{
    auto const* const array = value.if_array();
    if (auto const* const object = value.if_object())
        flatten_members(name == "values" || name == "result" || name == "arguments" ? "" : name + ".", *object, pairs);
    else if (array != nullptr && !array->empty() && std::ranges::all_of(*array, is_named_value))
        for (auto const& element : *array)
            pairs.emplace_back(text_of(element.get_object(), element.get_object().contains("name") ? "name" : "path"),
                               text_of(element.get_object(), "value"));
    else
        pairs.emplace_back(name, to_cell(name, value));
}

}  // namespace

std::string text_of(json::object const& object, std::string_view name)
{
    auto const* const value = object.if_contains(name);
    return value == nullptr ? std::string{} : to_cell(name, *value);
}

std::string details(json::object const& object)
{
    Pairs lines;
    flatten_members("", object, lines);
    return pairs(lines);
}

std::string table(std::vector<json::object> const& items, std::vector<Column> const& columns, std::size_t width)
{
    std::vector<std::string> headings;
    for (auto const& column : columns)
        headings.emplace_back(column.heading);
    Table result{std::move(headings)};
    for (auto const& item : items) {
        std::vector<std::string> cells;
        for (auto const& column : columns)
            cells.push_back(text_of(item, column.member));
        result.add(std::move(cells));
    }
    return result.to_string(width);
}

}  // namespace cli
