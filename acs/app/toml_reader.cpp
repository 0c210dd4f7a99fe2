#include "app/toml_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace app {

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
    if (node == nullptr)
        return;
    if (auto const* const text = node->as_string())
        value = text->get();
    else
        complain(key, "must be a string");
}

void TomlReader::read(std::string_view key, bool& value)
{
    auto const* const node = find(key);
    if (node == nullptr)
        return;
    if (auto const* const flag = node->as_boolean())
        value = flag->get();
    else
        complain(key, "must be true or false");
}

void TomlReader::read(std::string_view key, std::vector<std::string>& value)
{
    auto const* const node = find(key);
    if (node == nullptr)
        return;
    auto const* const array = node->as_array();
    if (array == nullptr || !(array->empty() || array->is_homogeneous<std::string>())) {
        complain(key, "must be a list of strings");
        return;
    }
    value.clear();
    for (auto const& element : *array)
        value.push_back(element.as_string()->get());
}

std::optional<std::size_t> TomlReader::choice(std::string_view key, std::vector<std::string_view> names)
{
    std::string text;
    if (find(key) == nullptr)
        return std::nullopt;
    read(key, text);
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
