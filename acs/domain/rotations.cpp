#include "domain/rotations.hpp"

#include <array>
#include <utility>

namespace domain {

namespace {

using namespace std::string_view_literals;

constexpr std::array states{
    std::pair{RotationState::running, "running"sv},
    std::pair{RotationState::paused, "paused"sv},
    std::pair{RotationState::cancelled, "cancelled"sv},
    std::pair{RotationState::done, "done"sv},
};

}  // namespace

std::string_view to_text(RotationState state)
{
    for (auto const& [value, name] : states)
        if (value == state)
            return name;
    return "running";
}

std::optional<RotationState> rotation_state(std::string_view text)
{
    for (auto const& [value, name] : states)
        if (name == text)
            return value;
    return std::nullopt;
}

}  // namespace domain
