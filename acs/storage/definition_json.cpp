#include "storage/definition_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <string_view>
#include <utility>

namespace storage {

namespace json = boost::json;
using datamodel::Definition;
using datamodel::Range;

namespace {

using namespace std::string_view_literals;

constexpr std::array range_lists{std::pair{"ranges"sv, &Definition::ranges}, std::pair{"sizes"sv, &Definition::sizes},
                                 std::pair{"list_sizes"sv, &Definition::list_sizes}};
constexpr std::array text_lists{std::pair{"enumeration"sv, &Definition::enumeration},
                                std::pair{"patterns"sv, &Definition::patterns}};
constexpr std::array flags{std::pair{"list"sv, &Definition::is_list}, std::pair{"command"sv, &Definition::command},
                           std::pair{"forced_inform"sv, &Definition::forced_inform},
                           std::pair{"reference"sv, &Definition::is_reference}};

/// [least, most, step]
json::array array_of(Range const& range)
{
    return {range.least, range.most, range.step};
}

std::optional<Range> range_of(json::value const& value)
{
    if (!value.is_array() || value.get_array().size() != 3)
        return std::nullopt;
    for (auto const& bound : value.get_array())
        if (!bound.is_int64())
            return std::nullopt;
    auto const& bounds = value.get_array();
    return Range{bounds[0].get_int64(), bounds[1].get_int64(), bounds[2].get_int64()};
}

std::string text_of(json::value const& value)
{
    if (!value.is_string())
        return {};
    return {value.get_string().data(), value.get_string().size()};
}

void read_lists(json::object const& facets, Definition& definition)
{
    for (auto const& [name, member] : range_lists)
        if (auto const* const value = facets.if_contains(name); value != nullptr && value->is_array())
            for (auto const& element : value->get_array())
                if (auto const range = range_of(element))
                    (definition.*member).push_back(*range);
    for (auto const& [name, member] : text_lists)
        if (auto const* const value = facets.if_contains(name); value != nullptr && value->is_array())
            for (auto const& element : value->get_array())
                (definition.*member).push_back(text_of(element));
}

}  // namespace

json::object facets_of(Definition const& definition)
{
    json::object facets;
    for (auto const& [name, member] : range_lists)
        for (auto const& range : definition.*member)
            facets.emplace(name, json::array{}).first->value().get_array().push_back(array_of(range));
    for (auto const& [name, member] : text_lists)
        for (auto const& text : definition.*member)
            facets.emplace(name, json::array{}).first->value().get_array().emplace_back(text);
    for (auto const& [name, member] : flags)
        if (definition.*member)
            facets[name] = true;
    if (!definition.type_name.empty())
        facets["type_name"] = definition.type_name;
    if (definition.item_type != cwmp::ValueType::unknown)
        facets["item_type"] = cwmp::to_string(definition.item_type);
    if (definition.items)
        facets["items"] = array_of(*definition.items);
    if (definition.default_value)
        facets["default"] = *definition.default_value;
    if (definition.active_notify != datamodel::ActiveNotify::normal)
        facets["active_notify"] = static_cast<int>(definition.active_notify);
    if (definition.status != datamodel::Status::current)
        facets["status"] = static_cast<int>(definition.status);
    return facets;
}

void apply_facets(json::object const& facets, Definition& definition)
{
    read_lists(facets, definition);
    for (auto const& [name, member] : flags)
        definition.*member = facets.contains(name);
    if (auto const* const value = facets.if_contains("type_name"))
        definition.type_name = text_of(*value);
    if (auto const* const value = facets.if_contains("item_type"))
        definition.item_type = cwmp::value_type(text_of(*value));
    if (auto const* const value = facets.if_contains("items"))
        definition.items = range_of(*value);
    if (auto const* const value = facets.if_contains("default"))
        definition.default_value = text_of(*value);
    if (auto const* const value = facets.if_contains("active_notify"); value != nullptr && value->is_int64())
        definition.active_notify = static_cast<datamodel::ActiveNotify>(value->get_int64() & 3);
    if (auto const* const value = facets.if_contains("status"); value != nullptr && value->is_int64())
        definition.status = value->get_int64() == 1   ? datamodel::Status::deprecated
                            : value->get_int64() == 2 ? datamodel::Status::obsoleted
                                                      : datamodel::Status::current;
}

}  // namespace storage
