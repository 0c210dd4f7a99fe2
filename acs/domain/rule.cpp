#include "domain/rule.hpp"

#include "datamodel/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace domain {

std::string RuleProblem::text() const
{
    return fmt::format("{}:{}:{}: {}. {}", file, at.line, at.column, reason, hint);
}

TextPlace PlacedText::place_of(TextPlace inside) const noexcept
{
    if (lines.empty())
        return inside;
    auto const index = std::min<std::size_t>(inside.line > 0 ? inside.line - 1 : 0, lines.size() - 1);
    return {lines[index].line, lines[index].column + (inside.column > 0 ? inside.column - 1 : 0)};
}

bool is_level(std::string_view action_kind) noexcept
{
    constexpr auto levels = std::to_array<std::string_view>({"set", "ensure", "delete", "notify", "tag"});
    return std::ranges::find(levels, action_kind) != levels.end();
}

namespace {

cwmp::ValueType type_of(std::string_view sql_type)
{
    using enum cwmp::ValueType;
    if (sql_type == "boolean")
        return boolean;
    if (sql_type == "smallint" || sql_type == "integer" || sql_type == "bigint")
        return long_;
    if (sql_type == "numeric" || sql_type == "real" || sql_type == "double precision")
        return decimal;
    if (sql_type.starts_with("timestamp") || sql_type == "date")
        return date_time;
    return string;
}

bool is_same_as_written(std::string const& wanted, std::string_view told, cwmp::ValueType type)
{
    return datamodel::same_value(datamodel::to_wire(wanted, type).value_or(wanted), told, type);
}

}  // namespace

bool is_in_place(RuleAction const& wanted, std::string_view told, cwmp::ValueType type)
{
    using enum cwmp::ValueType;
    if (wanted.value == told || datamodel::same_value(wanted.value, told, type_of(wanted.type)))
        return true;
    if (type != unknown)
        return is_same_as_written(wanted.value, told, type);
    bool const is_spelt = wanted.value == "true" || wanted.value == "false";
    return is_spelt && datamodel::same_value(wanted.value, told, boolean);
}

}  // namespace domain
