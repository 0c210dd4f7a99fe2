#include "device/value_check.hpp"

#include "datamodel/value.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sim {
namespace {

bool is_number(cwmp::ValueType type)
{
    return type == cwmp::ValueType::int_ || type == cwmp::ValueType::long_ || type == cwmp::ValueType::unsigned_int ||
           type == cwmp::ValueType::unsigned_long;
}

bool is_text(cwmp::ValueType type)
{
    return type == cwmp::ValueType::string || type == cwmp::ValueType::base64 || type == cwmp::ValueType::hex_binary;
}

ValueVerdict refused(std::string what)
{
    return {cwmp::fault_code::invalid_parameter_value, std::move(what)};
}

bool has_form(std::string_view value, TextForm form)
{
    switch (form) {
        case TextForm::ipv4: return datamodel::is_ipv4_address(value);
        case TextForm::mac: return datamodel::is_mac_address(value);
        case TextForm::url: return value.starts_with("http://") || value.starts_with("https://");
        case TextForm::any: break;
    }
    return true;
}

bool contains(std::vector<std::string> const& items, std::string_view item)
{
    return std::ranges::find(items, item) != items.end();
}

/// True when `value`, or each item of the list that it is, is one of those allowed.
bool is_enumerated(Facets const& facets, std::string_view value)
{
    if (!facets.is_list)
        return contains(facets.enumeration, value);
    while (!value.empty()) {
        auto const comma = std::min(value.find(','), value.size());
        auto item = value.substr(0, comma);
        item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
        if (!contains(facets.enumeration, item))
            return false;
        value.remove_prefix(std::min(comma + 1, value.size()));
    }
    return true;
}

ValueVerdict check_text(Facets const& facets, std::string_view value)
{
    if (value.size() > facets.max_length)
        return refused(fmt::format("longer than {} characters", facets.max_length));
    if (!facets.enumeration.empty() && !is_enumerated(facets, value))
        return refused(fmt::format("must be one of {}", fmt::join(facets.enumeration, ", ")));
    if (!value.empty() && !has_form(value, facets.form))
        return refused("not an address of the form that the parameter needs");
    return {};
}

ValueVerdict check_number(Facets const& facets, std::string_view value)
{
    auto const number = datamodel::to_integer(value);
    if (number && (*number < facets.least || *number > facets.most))
        return refused(fmt::format("must be from {} to {}", facets.least, facets.most));
    if (!facets.enumeration.empty() && !is_enumerated(facets, datamodel::canonical(value, cwmp::ValueType::long_)))
        return refused(fmt::format("must be one of {}", fmt::join(facets.enumeration, ", ")));
    return {};
}

}  // namespace

ValueVerdict check_value(ParameterSpec const& parameter, std::string_view value, cwmp::ValueType type)
{
    if (type != cwmp::ValueType::unknown && type != parameter.type)
        return {cwmp::fault_code::invalid_parameter_type, "another type than the parameter has"};
    if (auto const checked = datamodel::check_value(value, parameter.type); !checked)
        return refused(checked.error().what);
    if (is_number(parameter.type))
        return check_number(parameter.facets, value);
    if (is_text(parameter.type))
        return check_text(parameter.facets, value);
    return {};
}

std::string kept_value(ParameterSpec const& parameter, std::string_view value)
{
    if (parameter.type == cwmp::ValueType::boolean || is_number(parameter.type))
        return datamodel::canonical(value, parameter.type);
    return std::string{value};
}

}  // namespace sim
