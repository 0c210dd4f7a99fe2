#include "datamodel/data_model.hpp"
#include "datamodel/pattern.hpp"
#include "datamodel/text.hpp"
#include "datamodel/value.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace datamodel {
namespace {

using cwmp::ValueType;

constexpr std::size_t shown_values = 24;

/// A named type whose form no facet says wholly. The empty text stands for "none" in all of them.
struct NamedForm {
    std::string_view name;
    bool (*is_good)(std::string_view);
    std::string_view words;
};

bool is_address(std::string_view value)
{
    return is_ipv4_address(value) || is_ipv6_address(value);
}

bool is_prefix_of(std::string_view value, bool (*is_good)(std::string_view), std::int64_t most_bits)
{
    auto const slash = value.find('/');
    auto const bits = slash == value.npos ? std::nullopt : to_integer(value.substr(slash + 1));
    // "/24" alone is a prefix whose address comes from elsewhere.
    return bits && *bits >= 0 && *bits <= most_bits && (slash == 0 || is_good(value.substr(0, slash)));
}

bool is_ipv4(std::string_view value)
{
    return is_ipv4_address(value);
}
bool is_ipv6(std::string_view value)
{
    return is_ipv6_address(value);
}
bool is_mac(std::string_view value)
{
    return is_mac_address(value);
}
bool is_ipv4_prefix(std::string_view value)
{
    return is_prefix_of(value, is_ipv4, 32);
}
bool is_ipv6_prefix(std::string_view value)
{
    return is_prefix_of(value, is_ipv6, 128);
}
bool is_prefix(std::string_view value)
{
    return is_ipv4_prefix(value) || is_ipv6_prefix(value);
}

constexpr std::array named_forms{
    NamedForm{"IPAddress", is_address, "an IPv4 or IPv6 address, or empty"},
    NamedForm{"IPv4Address", is_ipv4, "an IPv4 address such as 192.0.2.1, or empty"},
    NamedForm{"IPv6Address", is_ipv6, "an IPv6 address such as 2001:db8::1, or empty"},
    NamedForm{"IPPrefix", is_prefix, "a prefix such as 192.0.2.0/24 or 2001:db8::/32, or empty"},
    NamedForm{"IPv4Prefix", is_ipv4_prefix, "a prefix such as 192.0.2.0/24, or empty"},
    NamedForm{"IPv6Prefix", is_ipv6_prefix, "a prefix such as 2001:db8::/32, or empty"},
    NamedForm{"MACAddress", is_mac, "a MAC address such as 00:11:22:AA:BB:CC, or empty"},
};

NamedForm const* named_form(Definition const& definition)
{
    auto const found = std::ranges::find(named_forms, definition.type_name, &NamedForm::name);
    return found == named_forms.end() ? nullptr : &*found;
}

bool within(std::vector<Range> const& ranges, std::int64_t value)
{
    return ranges.empty() || std::ranges::any_of(ranges, [value](Range const& range) {
               if (value < range.least || value > range.most)
                   return false;
               bool const bounded = range.least != std::numeric_limits<std::int64_t>::min();
               auto const from = bounded ? range.least : 0;
               return range.step <= 1 || (static_cast<__int128>(value) - from) % range.step == 0;
           });
}

/// Numbers beyond int64 are above every range that has an upper end; decimals count by their whole part.
bool number_within(std::vector<Range> const& ranges, std::string_view value)
{
    if (ranges.empty())
        return true;
    auto const number = to_integer(value.substr(0, value.find('.')));
    if (number)
        return within(ranges, *number);
    return std::ranges::any_of(
        ranges, [](Range const& range) { return range.most == std::numeric_limits<std::int64_t>::max(); });
}

bool matches_a_pattern(std::vector<std::string> const& patterns, std::string_view value)
{
    return std::ranges::any_of(patterns, [value](std::string const& expression) {
        auto const pattern = Pattern::compile(expression);
        return !pattern || pattern->matches(value);  // what we cannot read forbids nothing
    });
}

bool is_listed(Definition const& definition, std::string_view value)
{
    if (definition.enumeration.empty() && definition.patterns.empty())
        return true;
    return std::ranges::find(definition.enumeration, value) != definition.enumeration.end() ||
           matches_a_pattern(definition.patterns, value);
}

/// Bytes that the text of a binary value stands for.
std::size_t binary_size(std::string_view value, ValueType type)
{
    if (type == ValueType::hex_binary)
        return value.size() / 2;
    auto const padding = static_cast<std::size_t>(std::ranges::count(value, '='));
    return value.size() / 4 * 3 - std::min(padding, value.size());
}

bool is_number(ValueType type)
{
    return type == ValueType::int_ || type == ValueType::unsigned_int || type == ValueType::long_ ||
           type == ValueType::unsigned_long || type == ValueType::decimal;
}

/// Is it one of the values that a single value, or an item of a list, may be?
bool is_allowed(Definition const& definition, std::string_view value, ValueType type)
{
    if (is_number(type))
        return number_within(definition.ranges, value);
    if (type == ValueType::hex_binary || type == ValueType::base64)
        return within(definition.sizes, static_cast<std::int64_t>(binary_size(value, type)));
    if (type != ValueType::string)
        return true;
    if (auto const* const form = named_form(definition))
        return value.empty() || form->is_good(value);
    return is_listed(definition, value) && within(definition.sizes, static_cast<std::int64_t>(character_count(value)));
}

base::Result<void> check_one(Definition const& definition, std::string_view value, ValueType type)
{
    auto const wire = to_wire(value, type);
    if (!wire)
        return std::unexpected{wire.error()};
    if (!is_allowed(definition, *wire, type))
        return base::fail(
            fmt::format("{} is not allowed here; it must be {}", in_quotes(value), allowed_values(definition)));
    return {};
}

/// Items between commas; commas within brackets do not count.
std::vector<std::string_view> items_of(std::string_view list)
{
    std::vector<std::string_view> items;
    std::size_t from = 0;
    std::size_t depth = 0;
    for (std::size_t at = 0; at < list.size(); ++at) {
        if (list[at] == '[')
            ++depth;
        else if (list[at] == ']' && depth > 0)
            --depth;
        else if (list[at] == ',' && depth == 0) {
            items.push_back(trimmed(list.substr(from, at - from)));
            from = at + 1;
        }
    }
    if (!trimmed(list).empty())
        items.push_back(trimmed(list.substr(from)));
    return items;
}

base::Result<void> check_list(Definition const& definition, std::string_view list)
{
    auto const items = items_of(list);
    auto const count = static_cast<std::int64_t>(items.size());
    if (definition.items && !within({*definition.items}, count))
        return base::fail(
            fmt::format("{} has {} items; it must be {}", in_quotes(list), count, allowed_values(definition)));
    if (!within(definition.list_sizes, static_cast<std::int64_t>(character_count(list))))
        return base::fail(
            fmt::format("{} has the wrong length; it must be {}", in_quotes(list), allowed_values(definition)));
    for (auto const item : items)
        if (auto good = check_one(definition, item, definition.item_type); !good)
            return base::fail(fmt::format("in the list {}: {}", in_quotes(list), good.error().what));
    return {};
}

std::string in_words(Range const& range)
{
    bool const no_least = range.least == std::numeric_limits<std::int64_t>::min();
    bool const no_most = range.most == std::numeric_limits<std::int64_t>::max();
    auto text = no_least && no_most         ? std::string{"any number"}
                : no_least                  ? fmt::format("at most {}", range.most)
                : no_most                   ? fmt::format("at least {}", range.least)
                : range.least == range.most ? fmt::format("{}", range.least)
                                            : fmt::format("{} to {}", range.least, range.most);
    return range.step > 1 ? fmt::format("{} in steps of {}", text, range.step) : text;
}

std::string in_words(std::vector<Range> const& ranges)
{
    std::vector<std::string> words;
    for (auto const& range : ranges)
        words.push_back(in_words(range));
    return fmt::format("{}", fmt::join(words, " or "));
}

/// Sizes have 0 for "no least".
std::string sizes_in_words(std::vector<Range> sizes)
{
    for (auto& size : sizes)
        if (size.least == 0)
            size.least = std::numeric_limits<std::int64_t>::min();
    return in_words(sizes);
}

std::string values_in_words(std::vector<std::string> const& values)
{
    std::vector<std::string> shown;
    for (auto const& value : values) {
        if (shown.size() == shown_values) {
            shown.push_back(fmt::format("{} more", values.size() - shown_values));
            break;
        }
        shown.push_back(in_quotes(value));
    }
    return fmt::format("{}{}", shown.size() > 1 ? "one of " : "", fmt::join(shown, ", "));
}

/// What one value, or one item of a list, may be.
std::string one_in_words(Definition const& definition, ValueType type)
{
    if (auto const* const form = named_form(definition); form && type == ValueType::string)
        return std::string{form->words};
    std::vector<std::string> words;
    if (is_number(type) && !definition.ranges.empty())
        words.push_back(in_words(definition.ranges));
    if (!definition.enumeration.empty())
        words.push_back(values_in_words(definition.enumeration));
    if (!definition.patterns.empty())
        words.push_back("of the form " + values_in_words(definition.patterns));
    auto text = fmt::format("{}", fmt::join(words, " or "));
    if (!is_number(type) && !definition.sizes.empty())
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", sizes_in_words(definition.sizes),
                            type == ValueType::string ? "characters" : "bytes");
    if (!definition.units.empty() && !text.empty())
        text += fmt::format(" ({})", definition.units);
    return text;
}

}  // namespace

std::string allowed_values(Definition const& definition)
{
    if (!definition.is_list)
        return one_in_words(definition, definition.type);
    std::string text = "a list separated by commas";
    if (definition.items)
        text += fmt::format(" of {} items", sizes_in_words({*definition.items}));
    if (!definition.list_sizes.empty())
        text += fmt::format(" in {} characters", sizes_in_words(definition.list_sizes));
    auto const one = one_in_words(definition, definition.item_type);
    return one.empty() ? text : fmt::format("{}; each {}", text, one);
}

base::Result<void> check_definition(Definition const& definition, std::string_view value)
{
    if (definition.is_list)
        return check_list(definition, value);
    return check_one(definition, value, definition.type);
}

}  // namespace datamodel
