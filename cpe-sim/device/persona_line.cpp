#include "device/persona_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <span>
#include <utility>

namespace sim::persona_text {

std::unexpected<base::Error> at(Line const& line, std::string_view what)
{
    return base::fail(fmt::format("line {} (\"{}\"): {}", line.number, line.text, what));
}

base::Result<Lines> split(std::string_view text)
{
    Lines lines;
    for (std::size_t number = 1; !text.empty(); ++number) {
        auto const end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        while (!line.empty() && (line.back() == ' ' || line.back() == '\r'))
            line.remove_suffix(1);
        auto const indent = line.find_first_not_of(' ');
        if (indent == line.npos || line[indent] == '#')
            continue;
        Line const found{number, indent / 2, line.substr(indent)};
        if (indent % 2 != 0)
            return at(found, "is indented by an odd number of blanks");
        lines.push_back(found);
    }
    return lines;
}

namespace {

std::vector<std::string_view> words(std::string_view text)
{
    std::vector<std::string_view> found;
    while (true) {
        auto const start = text.find_first_not_of(' ');
        if (start == text.npos)
            return found;
        auto const end = std::min(text.find(' ', start), text.size());
        found.push_back(text.substr(start, end - start));
        text.remove_prefix(end);
    }
}

std::vector<std::string> items(std::string_view text, std::string_view separator)
{
    std::vector<std::string> found;
    while (true) {
        auto const end = text.find(separator);
        found.emplace_back(text.substr(0, end));
        if (end == text.npos)
            return found;
        text.remove_prefix(end + separator.size());
    }
}

template <class Number>
bool read_number(std::string_view text, Number& into)
{
    auto const [stop, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc{} && stop == text.data() + text.size();
}

std::optional<cwmp::ValueType> type_named(std::string_view name)
{
    static std::map<std::string_view, cwmp::ValueType> const types{
        {"string", cwmp::ValueType::string},       {"int", cwmp::ValueType::int_},
        {"uint", cwmp::ValueType::unsigned_int},   {"long", cwmp::ValueType::long_},
        {"ulong", cwmp::ValueType::unsigned_long}, {"bool", cwmp::ValueType::boolean},
        {"time", cwmp::ValueType::date_time},      {"base64", cwmp::ValueType::base64},
        {"hex", cwmp::ValueType::hex_binary}};
    auto const found = types.find(name);
    return found == types.end() ? std::nullopt : std::optional{found->second};
}

/// The value of a parameter that is given none: what its type and range have as the least.
std::string least_value(ParameterSpec const& parameter)
{
    switch (parameter.type) {
        case cwmp::ValueType::int_:
        case cwmp::ValueType::long_:
        case cwmp::ValueType::unsigned_int:
        case cwmp::ValueType::unsigned_long:
            return fmt::to_string(std::clamp<std::int64_t>(0, parameter.facets.least, parameter.facets.most));
        case cwmp::ValueType::boolean: return "0";
        case cwmp::ValueType::date_time: return std::string{cwmp::unknown_time};
        default:
            return parameter.facets.enumeration.empty() || parameter.facets.is_list ? ""
                                                                                    : parameter.facets.enumeration[0];
    }
}

bool read_range(std::string_view text, Facets& facets)
{
    auto const dots = text.find("..");
    if (dots == text.npos)
        return false;
    auto const least = text.substr(0, dots);
    auto const most = text.substr(dots + 2);
    return (least.empty() || read_number(least, facets.least)) && (most.empty() || read_number(most, facets.most)) &&
           facets.least <= facets.most;
}

bool read_flag(std::string_view word, ParameterSpec& parameter)
{
    if (word == "secret")
        parameter.is_secret = true;
    else if (word == "inform")
        parameter.in_every_inform = true;
    else if (word == "home")
        parameter.is_changed_at_home = true;
    else if (word == "later")
        parameter.is_applied_later = true;
    else if (word == "by-parent")
        parameter.values_by_parent = true;
    else if (word == "active")
        parameter.notify = NotifyRule::forced;
    else if (word == "notify")
        parameter.notify = NotifyRule::default_active;
    else if (word == "deny")
        parameter.notify = NotifyRule::can_deny;
    else
        return false;
    return true;
}

bool read_option(std::string_view word, ParameterSpec& parameter, std::string& initial)
{
    auto const equals = word.find('=');
    if (equals == word.npos)
        return read_flag(word, parameter);
    auto const name = word.substr(0, equals);
    auto const value = word.substr(equals + 1);
    auto& facets = parameter.facets;
    if (name == "max")
        return read_number(value, facets.max_length);
    if (name == "range")
        return read_range(value, facets);
    if (name == "new") {
        initial = value;
        return true;
    }
    if (name == "is") {
        facets.form = value == "ipv4" ? TextForm::ipv4 : value == "mac" ? TextForm::mac : TextForm::url;
        return value == "ipv4" || value == "mac" || value == "url";
    }
    facets.is_list = name == "list";
    facets.enumeration = items(value, ",");
    return name == "in" || name == "list";
}

}  // namespace

base::Result<ParameterSpec> read_parameter(Line const& line)
{
    auto const equals = line.text.find(" = ");
    auto const parts = words(line.text.substr(0, equals));
    if (parts.size() < 3 || (parts[2] != "r" && parts[2] != "w"))
        return at(line, "a parameter is: Name type r|w options = values");
    ParameterSpec parameter{.name = std::string{parts[0]}};
    auto const type = type_named(parts[1]);
    if (!type)
        return at(line, "there is no such type");
    parameter.type = *type;
    parameter.is_writable = parts[2] == "w";
    std::string initial;
    bool has_initial = false;
    for (auto const word : std::span{parts}.subspan(3)) {
        has_initial = has_initial || word.starts_with("new=");
        if (!read_option(word, parameter, initial))
            return at(line, fmt::format("the option \"{}\" is none", word));
    }
    if (!has_initial)
        initial = least_value(parameter);
    auto const given = equals == line.text.npos ? least_value(parameter) : std::string{line.text.substr(equals + 3)};
    for (auto const& value : items(given, " | ")) {
        auto read = ValueTemplate::parse(value);
        if (!read)
            return at(line, read.error().what);
        parameter.values.push_back(std::move(*read));
    }
    auto read = ValueTemplate::parse(initial);
    if (!read)
        return at(line, read.error().what);
    parameter.initial = std::move(*read);
    return parameter;
}

base::Result<ObjectSpec> read_object(Line const& line)
{
    auto const parts = words(line.text);
    auto const dot = parts[0].find('.');
    ObjectSpec object{.name = std::string{parts[0].substr(0, dot)}};
    auto rest = parts[0].substr(dot + 1);
    if (rest.empty() && parts.size() == 1)
        return object;
    if (parts.size() != 2 || !rest.starts_with('[') || !rest.ends_with(']') || (parts[1] != "r" && parts[1] != "w"))
        return at(line, "a table is: Name.[count] r|w");
    object.is_table = true;
    object.can_add = parts[1] == "w";
    for (auto const& count : items(rest.substr(1, rest.size() - 2), ",")) {
        object.counts.push_back(0);
        if (!read_number(count, object.counts.back()) || object.counts.back() > 1000)
            return at(line, "a table's count is a number up to 1000");
    }
    return object;
}

}  // namespace sim::persona_text
