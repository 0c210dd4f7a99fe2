#include "domain/rule.hpp"

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

}  // namespace domain
