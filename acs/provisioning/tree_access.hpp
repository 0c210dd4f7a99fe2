#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

/// How the guard reads libpg_query's JSON: a node is an object with one member, its type's name.
namespace provisioning::tree {

/// A member of an object, or null.
[[nodiscard]] inline boost::json::value const* member(boost::json::object const& object, std::string_view name)
{
    return object.if_contains({name.data(), name.size()});
}

/// A text member; "" when absent (libpg_query leaves empty ones out).
[[nodiscard]] inline std::string_view text(boost::json::object const& object, std::string_view name)
{
    auto const* const found = member(object, name);
    if (!found || !found->is_string())
        return {};
    return {found->get_string().data(), found->get_string().size()};
}

/// A list member; null when absent.
[[nodiscard]] inline boost::json::array const* list(boost::json::object const& object, std::string_view name)
{
    auto const* const found = member(object, name);
    return found ? found->if_array() : nullptr;
}

/// The content of a node if it is of that type, else null.
[[nodiscard]] inline boost::json::object const* as(boost::json::value const& node, std::string_view type)
{
    auto const* const object = node.if_object();
    auto const* const found = object && object->size() == 1 ? member(*object, type) : nullptr;
    return found ? found->if_object() : nullptr;
}

/// The content of a string constant, or null.
[[nodiscard]] inline boost::json::object const* string_constant(boost::json::value const& node)
{
    auto const* const constant = as(node, "A_Const");
    auto const* const found = constant ? member(*constant, "sval") : nullptr;
    return found ? found->if_object() : nullptr;
}

/// The parts of a qualified name, a list of String nodes; anything else in it (a star) becomes "*".
[[nodiscard]] inline std::vector<std::string> names(boost::json::object const& object, std::string_view name)
{
    std::vector<std::string> parts;
    if (auto const* const nodes = list(object, name))
        for (auto const& node : *nodes) {
            auto const* const string = as(node, "String");
            parts.emplace_back(string ? text(*string, "sval") : "*");
        }
    return parts;
}

}  // namespace provisioning::tree
