#include "datamodel/syntax_reader.hpp"

#include "datamodel/text.hpp"
#include "datamodel/value.hpp"

#include <fmt/format.h>

#include <string_view>

namespace datamodel {
namespace {

bool is_deleted(pugi::xml_node node)
{
    return std::string_view{node.attribute("status").value()} == "deleted";
}

/// The number in an attribute; `otherwise` when it is not there or is no whole number.
std::int64_t number(pugi::xml_node node, char const* attribute, std::int64_t otherwise)
{
    return to_integer(node.attribute(attribute).value()).value_or(otherwise);
}

Range range_of(pugi::xml_node node, char const* least, char const* most)
{
    Range range;
    range.least = number(node, least, range.least);
    range.most = number(node, most, range.most);
    range.step = std::max<std::int64_t>(number(node, "step", 1), 1);
    return range;
}

Range size_of(pugi::xml_node node)
{
    auto size = range_of(node, "minLength", "maxLength");
    size.least = std::max<std::int64_t>(size.least, 0);
    return size;
}

/// The items of one kind below a type; empty when it has none.
template <class Read>
auto facets(pugi::xml_node type, char const* tag, std::size_t most, Read read)
{
    std::vector<decltype(read(type))> found;
    for (auto const node : type.children(tag))
        if (!is_deleted(node) && found.size() < most)
            found.push_back(read(node));
    return found;
}

/// A derived type's facet takes the place of its base's.
template <class Items>
void replace_unless_empty(Items& old, Items found)
{
    if (!found.empty())
        old = std::move(found);
}

std::string value_of(pugi::xml_node node)
{
    return node.attribute("value").value();
}

}  // namespace

void SyntaxReader::read(Placed syntax, Definition& definition) const
{
    auto const node = syntax.node;
    definition.hidden = definition.hidden || node.attribute("hidden").as_bool() || node.attribute("secured").as_bool();
    definition.command = definition.command || node.attribute("command").as_bool();
    if (auto const value = node.child("default");
        value && !is_deleted(value) && std::string_view{value.attribute("type").value()} != "parameter")
        definition.default_value = value_of(value);
    read_type(syntax, definition, 0);
    if (definition.is_list) {
        definition.item_type = definition.type;
        definition.type = cwmp::ValueType::string;
    }
}

void SyntaxReader::read_list(pugi::xml_node list, Definition& definition) const
{
    definition.is_list = true;
    if (list.attribute("minItems") || list.attribute("maxItems")) {
        auto items = range_of(list, "minItems", "maxItems");
        items.least = std::max<std::int64_t>(items.least, 0);
        definition.items = items;
    }
    replace_unless_empty(definition.list_sizes, facets(list, "size", limits_.facets, size_of));
}

/// `holder` is a <syntax> or a <dataType>; the type is the one that stands in it, perhaps after a <list>.
void SyntaxReader::read_type(Placed holder, Definition& definition, std::size_t depth) const
{
    if (depth > limits_.nesting)
        return warn_(fmt::format("{}: types are nested in one another more than {} deep at {}", holder.document->name,
                                 limits_.nesting, in_quotes(definition.path)));
    for (auto const node : holder.node.children()) {
        std::string_view const tag = node.name();
        if (tag == "list") {
            read_list(node, definition);
        } else if (tag == "dataType") {
            auto const name = node.attribute("ref") ? node.attribute("ref") : node.attribute("base");
            read_named(*holder.document, name.value(), definition, depth);
            return read_facets(node, definition);
        } else if (auto const type = cwmp::value_type(tag); type != cwmp::ValueType::unknown) {
            definition.type = type;
            return read_facets(node, definition);
        }
    }
}

void SyntaxReader::read_named(Document const& document, std::string_view name, Definition& definition,
                              std::size_t depth) const
{
    auto const type = library_.find(document, &Document::data_types, name);
    if (!type)
        return warn_(fmt::format("{}: the type {} of {} is defined in none of the files", document.name,
                                 in_quotes(name), in_quotes(definition.path)));
    // One way only at each depth: a type that comes back to itself ends at the limit.
    if (auto const base = type.node.attribute("base"); !base)
        read_type(type, definition, depth + 1);
    else if (depth < limits_.nesting)
        read_named(*type.document, base.value(), definition, depth + 1);
    if (auto const list = type.node.child("list"))
        read_list(list, definition);
    read_facets(type.node, definition);
    definition.type_name = name;
}

void SyntaxReader::read_facets(pugi::xml_node type, Definition& definition) const
{
    auto const most = limits_.facets;
    replace_unless_empty(definition.sizes, facets(type, "size", most, size_of));
    replace_unless_empty(definition.enumeration, facets(type, "enumeration", most, value_of));
    replace_unless_empty(definition.patterns, facets(type, "pattern", most, value_of));
    replace_unless_empty(definition.ranges, facets(type, "range", most, [](pugi::xml_node node) {
                             return range_of(node, "minInclusive", "maxInclusive");
                         }));
    if (auto const units = type.child("units"))
        definition.units = value_of(units);
    if (type.child("pathRef"))
        definition.is_reference = true;
}

}  // namespace datamodel
