#include "domain/device.hpp"

#include <array>
#include <utility>

namespace domain {

namespace {

using namespace std::string_view_literals;

constexpr std::array names{
    std::pair{DeviceState::pending, "pending"sv},   std::pair{DeviceState::active, "active"sv},
    std::pair{DeviceState::conflict, "conflict"sv}, std::pair{DeviceState::retiring, "retiring"sv},
    std::pair{DeviceState::retired, "retired"sv},   std::pair{DeviceState::rejected, "rejected"sv},
};

}  // namespace

std::string_view to_text(DeviceState state)
{
    for (auto const& [value, name] : names)
        if (value == state)
            return name;
    return "pending";
}

std::optional<DeviceState> device_state(std::string_view text)
{
    for (auto const& [value, name] : names)
        if (name == text)
            return value;
    return std::nullopt;
}

}  // namespace domain
