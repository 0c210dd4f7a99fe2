#include "app/toml_reader.hpp"

#include "net/url.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace app {

namespace {

/// "password=..." or "password = ...", as it may stand in the settings of a connection.
bool gives_password(std::string_view value)
{
    constexpr std::string_view name = "password";
    for (auto at = value.find(name); at != std::string_view::npos; at = value.find(name, at + 1)) {
        auto const next = value.find_first_not_of(" \t\r\n", at + name.size());
        if (next != std::string_view::npos && value[next] == '=')
            return true;
    }
    return false;
}

/// The forms in which settings are told. Passwords are not, nor those within URLs.
std::string told(std::string_view key, std::string const& value)
{
    if ((key.ends_with("password") || gives_password(value)) && !value.empty())
        return R"("********")";
    return boost::json::serialize(boost::json::string(net::without_logins(value)));
}

std::string told(std::vector<std::string> const& values)
{
    boost::json::array list;
    for (auto const& each : values)
        list.emplace_back(each);
    return boost::json::serialize(list);
}

}  // namespace

TomlReader::~TomlReader()
{
    if (table_ == nullptr)
        return;
    for (auto const& [key, node] : *table_)
        if (!known_.contains(key.str()))
            complain(key.str(), fmt::format("is not a setting (line {})", node.source().begin.line));
}

void TomlReader::read(std::string_view key, std::string& value)
{
    auto const* const node = find(key);
    auto usual = told(key, value);
    auto const* const text = node ? node->as_string() : nullptr;
    if (text != nullptr)
        value = text->get();
    else if (node != nullptr)
        complain(key, "must be a string");
    note(key, std::move(usual), told(key, value));
}

void TomlReader::read(std::string_view key, bool& value)
{
    auto const* const node = find(key);
    bool const usual = value;
    auto const* const flag = node ? node->as_boolean() : nullptr;
    if (flag != nullptr)
        value = flag->get();
    else if (node != nullptr)
        complain(key, "must be true or false");
    note(key, usual ? "true" : "false", value ? "true" : "false");
}

void TomlReader::read(std::string_view key, std::vector<std::string>& value)
{
    auto const* const node = find(key);
    auto usual = told(value);
    if (node == nullptr)
        return note(key, usual, usual);
    auto const* const array = node->as_array();
    if (array == nullptr || !(array->empty() || array->is_homogeneous<std::string>())) {
        complain(key, "must be a list of strings");
        return;
    }
    value.clear();
    for (auto const& element : *array)
        value.push_back(element.as_string()->get());
    note(key, std::move(usual), told(value));
}

std::optional<std::size_t> TomlReader::choice(std::string_view key, std::vector<std::string_view> names,
                                              std::string_view usual)
{
    std::string text{usual};
    read(key, text);
    if (find(key) == nullptr)
        return std::nullopt;
    auto const found = std::ranges::find(names, text);
    if (found != names.end())
        return static_cast<std::size_t>(found - names.begin());
    complain(key, fmt::format("must be one of {}, not '{}'", fmt::join(names, ", "), text));
    return std::nullopt;
}

toml::table const* TomlReader::table(std::string_view key)
{
    auto const* const node = find(key);
    if (node == nullptr)
        return nullptr;
    if (!node->is_table())
        complain(key, "must be a table");
    return node->as_table();
}

std::vector<toml::table const*> TomlReader::tables(std::string_view key)
{
    std::vector<toml::table const*> found;
    auto const* const node = find(key);
    if (node == nullptr)
        return found;
    auto const* const array = node->as_array();
    if (array == nullptr || !array->is_homogeneous<toml::table>()) {
        complain(key, "must be a list of tables, written as [[...]]");
        return found;
    }
    for (auto const& element : *array)
        found.push_back(element.as_table());
    return found;
}

void TomlReader::complain(std::string_view key, std::string_view what)
{
    problems_.push_back(fmt::format("{}{}: {}", section_.empty() ? "" : section_ + '.', key, what));
}

void TomlReader::note(std::string_view key, std::string default_value, std::string value)
{
    problems_.settings.push_back({fmt::format("{}{}{}", section_, section_.empty() ? "" : ".", key), std::move(value),
                                  std::move(default_value), table_ != nullptr && table_->contains(key)});
}

toml::node const* TomlReader::find(std::string_view key)
{
    known_.emplace(key);
    return table_ == nullptr ? nullptr : table_->get(key);
}

std::optional<std::int64_t> TomlReader::number_in(std::string_view key, std::int64_t least, std::int64_t most)
{
    auto const* const node = find(key);
    if (node == nullptr)
        return std::nullopt;
    auto const* const number = node->as_integer();
    if (number == nullptr || number->get() < least || number->get() > most) {
        complain(key, fmt::format("must be a whole number from {} to {}", least, most));
        return std::nullopt;
    }
    return number->get();
}

}  // namespace app
