#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace domain {

/// The text of a condition that holds where both do; an empty one always holds. Each must have passed the guard by
/// itself: what passes cannot reach out of its parentheses here.
[[nodiscard]] inline std::string both_conditions(std::string_view one, std::string_view other)
{
    if (one.empty() || other.empty())
        return std::string{one.empty() ? other : one};
    return fmt::format("({}\n) AND ({}\n)", one, other);
}

}  // namespace domain
