#include "provisioning/vocabulary.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <vector>

namespace provisioning {

namespace {

constexpr std::array columns = std::to_array<ColumnFacts>({
    {.name = "id"},
    {.name = "oui", .is_device_text = true},
    {.name = "product_class", .is_device_text = true},
    {.name = "serial_number", .is_device_text = true},
    {.name = "manufacturer", .is_device_text = true},
    {.name = "model_name", .is_device_text = true},
    {.name = "software_version", .is_device_text = true},
    {.name = "hardware_version", .is_device_text = true},
    {.name = "provisioning_code", .is_device_text = true},
    {.name = "state", .is_device_text = true},
    {.name = "subscriber", .is_device_text = true},
    {.name = "tags", .is_device_text = true},
    {.name = "ip_address"},
    {.name = "connection_request_url", .is_device_text = true},
    {.name = "first_seen", .is_time = true},
    {.name = "last_inform", .is_time = true},
    {.name = "last_boot", .is_time = true},
    {.name = "last_events", .is_device_text = true},
    {.name = "inform_interval"},
    {.name = "contact", .is_device_text = true, .reads_clock = true},
});

constexpr std::array functions = std::to_array<FunctionFacts>({
    // text
    {.name = "lower", .returns_text = true},
    {.name = "upper", .returns_text = true},
    {.name = "initcap", .returns_text = true},
    {.name = "reverse", .returns_text = true},
    {.name = "btrim", .returns_text = true},
    {.name = "ltrim", .returns_text = true},
    {.name = "rtrim", .returns_text = true},
    {.name = "left", .returns_text = true},
    {.name = "right", .returns_text = true},
    {.name = "substr", .returns_text = true},
    {.name = "substring", .returns_text = true, .own_arguments = 0b110},
    {.name = "split_part", .returns_text = true, .own_arguments = 0b100},
    {.name = "translate", .returns_text = true},
    {.name = "concat", .returns_text = true},
    {.name = "md5"},
    {.name = "replace", .returns_text = true, .own_arguments = 0b100, .lengthens = true},
    {.name = "length"},
    {.name = "char_length"},
    {.name = "octet_length"},
    {.name = "strpos"},
    {.name = "position"},
    {.name = "starts_with"},
    {.name = "like_escape", .returns_text = true, .own_arguments = 0b11},
    {.name = "similar_to_escape", .returns_text = true, .own_arguments = 0b11},
    {.name = "regexp_like", .own_arguments = 0b110},
    {.name = "regexp_match", .returns_text = true, .own_arguments = 0b110},
    {.name = "regexp_substr", .returns_text = true, .own_arguments = 0b11'1110},
    {.name = "regexp_replace", .returns_text = true, .own_arguments = 0b11'1110, .lengthens = true},
    // arrays
    {.name = "cardinality"},
    {.name = "array_length"},
    {.name = "array_position"},
    // numbers
    {.name = "abs"},
    {.name = "sign"},
    {.name = "round"},
    {.name = "trunc"},
    {.name = "floor"},
    {.name = "ceil"},
    {.name = "ceiling"},
    {.name = "mod"},
    // addresses
    {.name = "host"},
    {.name = "family"},
    {.name = "masklen"},
    {.name = "network"},
    {.name = "broadcast"},
    // time
    {.name = "now", .is_about_time = true, .reads_clock = true},
    {.name = "date_trunc", .own_arguments = 0b101, .is_about_time = true},
    {.name = "date_part", .own_arguments = 0b1, .is_about_time = true},
    {.name = "extract", .own_arguments = 0b1, .is_about_time = true},
    {.name = "timezone", .own_arguments = 0b1, .is_about_time = true},
    {.name = "to_char", .own_arguments = 0b10, .is_about_time = true},
    // ours: NULL for nonsense
    {.name = "acs.number"},
    {.name = "acs.time", .is_about_time = true},
    {.name = "acs.inet"},
});

constexpr auto pattern_operators =
    std::to_array<std::string_view>({"~~", "!~~", "~~*", "!~~*", "~", "!~", "~*", "!~*"});
constexpr auto plain_operators = std::to_array<std::string_view>(
    {"=", "<>", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "||", "@>", "<@", "&&", "<<", "<<=", ">>", ">>=", "^@"});

constexpr auto text_types = std::to_array<std::string_view>({"text", "varchar"});
constexpr auto number_types = std::to_array<std::string_view>({"int2", "int4", "int8", "numeric", "float4", "float8"});
constexpr auto time_types = std::to_array<std::string_view>({"date", "timestamp", "timestamptz", "interval"});
constexpr auto other_types = std::to_array<std::string_view>({"bool", "inet", "cidr", "macaddr"});

template <std::size_t count>
bool contains(std::array<std::string_view, count> const& names, std::string_view name)
{
    return std::ranges::find(names, name) != names.end();
}

/// Levenshtein's distance: how many letters must be changed, added or dropped.
std::size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            auto const above = row[j + 1];
            row[j + 1] = std::min({diagonal + (a[i] == b[j] ? 0U : 1U), above + 1, row[j] + 1});
            diagonal = above;
        }
    }
    return row.back();
}

/// The name that was probably meant: one that differs by few letters, or else one that begins alike.
template <class Facts, std::size_t count>
std::optional<std::string_view> nearest(std::array<Facts, count> const& known, std::string_view name)
{
    if (name.empty() || name.size() > 64)
        return std::nullopt;
    auto const distance = [&](Facts const& facts) { return edit_distance(facts.name, name); };
    auto const best = std::ranges::min_element(known, {}, distance);
    if (distance(*best) <= std::max<std::size_t>(1, name.size() / 3))
        return best->name;
    auto const alike = std::ranges::find_if(known, [&](Facts const& facts) {
        return name.size() >= 2 && (facts.name.starts_with(name) || name.starts_with(facts.name));
    });
    return alike == known.end() ? std::nullopt : std::optional{alike->name};
}

template <class Facts, std::size_t count>
std::string list_names(std::array<Facts, count> const& known)
{
    std::array<std::string_view, count> names;
    std::ranges::transform(known, names.begin(), &Facts::name);
    return fmt::format("{}", fmt::join(names, ", "));
}

template <class Facts, std::size_t count>
Facts const* find_named(std::array<Facts, count> const& known, std::string_view name)
{
    auto const found = std::ranges::find(known, name, &Facts::name);
    return found == known.end() ? nullptr : &*found;
}

}  // namespace

ColumnFacts const* find_column(std::string_view name)
{
    return find_named(columns, name);
}

FunctionFacts const* find_function(std::string_view name)
{
    return find_named(functions, name);
}

bool takes_pattern(std::string_view operator_name)
{
    return contains(pattern_operators, operator_name);
}

bool is_allowed_operator(std::string_view name)
{
    return contains(plain_operators, name) || takes_pattern(name);
}

TypeClass class_of_type(std::string_view name)
{
    if (contains(text_types, name))
        return TypeClass::text;
    if (contains(number_types, name))
        return TypeClass::number;
    if (contains(time_types, name))
        return TypeClass::time;
    return contains(other_types, name) ? TypeClass::other : TypeClass::unknown;
}

std::string hint_for_column(std::string_view name)
{
    if (name.starts_with("value_"))
        return "Write value('Device.Some.Parameter') for a parameter; such columns are made by the server.";
    if (auto const meant = nearest(columns, name))
        return fmt::format("Did you mean {}? A parameter is written value('Device.Some.Parameter').", *meant);
    return fmt::format("The columns are {}; a parameter is written value('Device.Some.Parameter').",
                       list_names(columns));
}

std::string hint_for_function(std::string_view name)
{
    if (name == "clock_timestamp" || name == "statement_timestamp" || name == "transaction_timestamp")
        return "Write now().";
    if (name == "acs.value")
        return "Write value('Device.Some.Parameter').";
    if (auto const meant = nearest(functions, name))
        return fmt::format("Did you mean {}()?", *meant);
    return fmt::format("Conditions may call value('path'), {}.", list_names(functions));
}

}  // namespace provisioning
