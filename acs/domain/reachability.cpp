#include "domain/reachability.hpp"

#include <algorithm>
#include <array>

namespace domain {

namespace {

constexpr std::array<std::string_view, wake_results> result_names{
    "reached", "no_inform", "busy", "unauthorized", "refused", "timeout", "behind_nat", "not_allowed", "failed"};

}  // namespace

std::string_view to_text(WakeResult result)
{
    return result_names.at(static_cast<std::size_t>(result));
}

std::optional<WakeResult> wake_result(std::string_view text)
{
    auto const found = std::ranges::find(result_names, text);
    if (found == result_names.end())
        return std::nullopt;
    return static_cast<WakeResult>(found - result_names.begin());
}

}  // namespace domain
