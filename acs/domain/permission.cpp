#include "domain/permission.hpp"

#include <algorithm>
#include <array>

namespace domain {

namespace {

/// In the order of the enumeration.
constexpr std::array<std::string_view, permission_count> texts{
    "devices.read",    "devices.write",    "devices.purge",    "parameters.read",   "parameters.write",
    "secrets.reveal",  "tasks.read",       "tasks.write",      "jobs.read",         "jobs.write",
    "files.read",      "files.write",      "rules.read",       "rules.write",       "rules.pause",
    "enrolment.read",  "enrolment.write",  "credentials.read", "credentials.write", "incidents.read",
    "statistics.read", "operators.manage", "audit.read",       "traces.read",       "traces.write",
    "events.read",     "webhooks.read",    "webhooks.write"};
static_assert(!texts.back().empty(), "every permission has its text");

}  // namespace

std::string_view to_text(Permission permission) noexcept
{
    return texts[static_cast<std::size_t>(permission)];
}

std::optional<Permission> permission(std::string_view text) noexcept
{
    auto const found = std::ranges::find(texts, text);
    if (found == texts.end())
        return std::nullopt;
    return static_cast<Permission>(found - texts.begin());
}

Permissions Permissions::of(std::span<std::string const> names)
{
    Permissions set;
    for (auto const& name : names)
        if (auto const known = permission(name))
            set.add(*known);
    return set;
}

std::vector<std::string> Permissions::names() const
{
    std::vector<std::string> list;
    for (std::size_t i = 0; i < permission_count; ++i)
        if (bits_.test(i))
            list.emplace_back(texts[i]);
    return list;
}

}  // namespace domain
