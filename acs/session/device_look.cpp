#include "session/device_look.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace session {
namespace {

constexpr std::size_t longest_value = 24;  ///< bytes of each: all of them are one sentence of an incident

/// What tells boxes apart, below DeviceInfo.
constexpr std::array<std::string_view, 6> telling{"SerialNumber",    "ModelName", "HardwareVersion",
                                                  "SoftwareVersion", "UpTime",    "ProvisioningCode"};

}  // namespace

std::vector<std::string> device_info_paths(std::vector<cwmp::Root> const& roots)
{
    std::vector<std::string> paths;
    for (auto const root : roots)
        if (auto const name = cwmp::root_name(root); !name.empty())
            paths.push_back(std::string{name} + "DeviceInfo.");
    return paths;
}

std::string described(std::vector<cwmp::ParameterValue> const& values, datamodel::ParameterTree const& known)
{
    std::string text;
    for (auto const name : telling) {
        auto const suffix = fmt::format(".DeviceInfo.{}", name);
        auto const told = std::ranges::find_if(
            values, [&](auto const& value) { return cwmp::trim_path(value.name).ends_with(suffix); });
        if (told == values.end())
            continue;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name,
                            std::string_view{told->value}.substr(0, longest_value));
        auto const before = known.find(cwmp::trim_path(told->name));
        if (name != "UpTime" && before && before->value && *before->value != told->value)
            text += fmt::format(" (known: {})", before->value->substr(0, longest_value));
    }
    return text.empty() ? "its DeviceInfo tells nothing" : text;
}

}  // namespace session
