#include "domain/faults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace domain {

namespace {

constexpr std::array<std::string_view, fault_kind_count> names{"task", "rule", "sessions", "automation"};

}  // namespace

std::string_view to_text(FaultKind kind) noexcept
{
    return names[static_cast<std::size_t>(kind)];
}

std::optional<FaultKind> fault_kind(std::string_view text) noexcept
{
    auto const found = std::ranges::find(names, text);
    if (found == names.end())
        return std::nullopt;
    return static_cast<FaultKind>(found - names.begin());
}

std::string place_of(Fault const& fault)
{
    if (fault.task)
        return std::to_string(fault.task->value());
    return fmt::format("{}\n{}\n{}", fault.device.value(), fault.subject, fault.what);
}

}  // namespace domain
