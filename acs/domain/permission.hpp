#pragma once

#include <bitset>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace domain {

/// What somebody may do. Roles and tokens are sets of these; every route of the API names the one that it needs.
enum class Permission : std::uint8_t {
    devices_read,      ///< "devices.read": the inventory
    devices_write,     ///< "devices.write": states, time zones, merges, retirement
    devices_purge,     ///< "devices.purge": erase a device's history for good
    parameters_read,   ///< "parameters.read": values of parameters; secrets stay masked
    parameters_write,  ///< "parameters.write": tasks that change parameters or objects
    secrets_reveal,    ///< "secrets.reveal": see secrets in clear; each time is audited
    tasks_read,        ///< "tasks.read"
    tasks_write,       ///< "tasks.write": order and cancel work, wake devices
    jobs_read,         ///< "jobs.read"
    jobs_write,        ///< "jobs.write": order, stop and resume work on many devices; beside what the work itself needs
    files_read,        ///< "files.read"
    files_write,       ///< "files.write"
    rules_read,        ///< "rules.read": rules, explanations, quarantines, promoted patterns
    rules_write,       ///< "rules.write": check, preview, apply, roll back, release; promote patterns
    rules_pause,       ///< "rules.pause": stop rules and let them go on
    enrolment_read,    ///< "enrolment.read": announcements and strangers
    enrolment_write,   ///< "enrolment.write": announce and enrol devices
    credentials_read,  ///< "credentials.read": how logins of devices stand, never the logins themselves
    credentials_write,  ///< "credentials.write": rotate logins of devices
    incidents_read,     ///< "incidents.read"
    statistics_read,    ///< "statistics.read": totals and counters
    operators_manage,   ///< "operators.manage": operators, roles, everybody's tokens
    audit_read,         ///< "audit.read": the audit trail
    traces_read,        ///< "traces.read": what was said in sessions; secrets stay masked
    traces_write,       ///< "traces.write": choose devices whose sessions are traced
    events_read,        ///< "events.read": what happened, as lists and as a stream
    webhooks_read,      ///< "webhooks.read": where events are sent to, and what came of it
    webhooks_write,     ///< "webhooks.write": have events sent somewhere, or no longer
};

inline constexpr std::size_t permission_count = static_cast<std::size_t>(Permission::webhooks_write) + 1;

/// "devices.read".
[[nodiscard]] std::string_view to_text(Permission permission) noexcept;
[[nodiscard]] std::optional<Permission> permission(std::string_view text) noexcept;

/// A set of permissions.
class Permissions {
public:
    Permissions() = default;
    Permissions(std::initializer_list<Permission> list)
    {
        for (auto const each : list)
            add(each);
    }
    [[nodiscard]] static Permissions all() noexcept
    {
        Permissions every;
        every.bits_.set();
        return every;
    }
    /// Of their texts; names that this version does not know are left out.
    [[nodiscard]] static Permissions of(std::span<std::string const> names);

    void add(Permission permission) { bits_.set(static_cast<std::size_t>(permission)); }
    [[nodiscard]] bool has(Permission permission) const { return bits_.test(static_cast<std::size_t>(permission)); }
    [[nodiscard]] bool empty() const noexcept { return bits_.none(); }
    /// True when every one of `others` is in this set.
    [[nodiscard]] bool cover(Permissions const& others) const noexcept { return (others.bits_ & ~bits_).none(); }
    /// In the order of the enumeration.
    [[nodiscard]] std::vector<std::string> names() const;

    /// What is in both.
    friend Permissions operator&(Permissions const& a, Permissions const& b) noexcept
    {
        Permissions both;
        both.bits_ = a.bits_ & b.bits_;
        return both;
    }
    friend bool operator==(Permissions const&, Permissions const&) = default;

private:
    std::bitset<permission_count> bits_;
};

}  // namespace domain
