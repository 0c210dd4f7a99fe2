#include "session/admission.hpp"

#include "datamodel/well_known.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace session {
namespace {

namespace known_names = datamodel::well_known;

constexpr std::string_view restless_mark = "restless: ";
constexpr std::array both_roots{cwmp::Root::internet_gateway_device, cwmp::Root::device};

std::optional<std::string> value_of(cwmp::Inform const& inform, std::string_view (*name)(cwmp::Root) noexcept)
{
    for (auto const& parameter : inform.parameter_list) {
        auto const path = cwmp::trim_path(parameter.name);
        if (!path.empty() && path == name(cwmp::root_of(path)))
            return parameter.value;
    }
    return std::nullopt;
}

/// A fact that this Inform does not tell stays as it was.
domain::DeviceFacts facts_of(cwmp::Inform const& inform, std::optional<domain::KnownDevice> const& known)
{
    auto facts = known ? known->facts : domain::DeviceFacts{};
    auto const take = [&inform](std::string& fact, std::string_view (*name)(cwmp::Root) noexcept) {
        if (auto value = value_of(inform, name))
            fact = std::move(*value);
    };
    take(facts.software_version, known_names::software_version);
    take(facts.hardware_version, known_names::hardware_version);
    take(facts.provisioning_code, known_names::provisioning_code);
    take(facts.parameter_key, known_names::parameter_key);
    take(facts.connection_request_url, known_names::connection_request_url);
    return facts;
}

bool has_changed(cwmp::Inform const& inform, domain::KnownDevice const& known)
{
    return std::ranges::any_of(inform.parameter_list, [&known](auto const& parameter) {
        auto const path = cwmp::trim_path(parameter.name);
        auto const recent = std::ranges::find(known.recent, path, &domain::RecentValue::path);
        return recent == known.recent.end() || recent->value != parameter.value;
    });
}

std::vector<cwmp::Event> canonical(std::vector<cwmp::Event> events)
{
    for (auto& event : events)
        event.code = cwmp::canonical_event_code(event.code);
    return events;
}

void judge_activity(Greeting& greeting, std::optional<domain::KnownDevice> const& known, SessionLimits const& limits)
{
    auto const& now = greeting.contact.activity;
    auto const too_many = [](std::string_view what, std::uint32_t count, std::uint32_t limit) {
        return count <= limit
                   ? std::string{}
                   : fmt::format("{}{} {} within an hour, more than the {} allowed", restless_mark, count, what, limit);
    };
    auto reason = too_many("sessions", now.sessions, limits.sessions_per_hour);
    if (reason.empty())
        reason = too_many("boots", now.boots, limits.boots_per_hour);
    auto const stopped = known ? std::string_view{known->automation_stopped} : std::string_view{};
    bool const new_hour = known && known->activity.hour_start != now.hour_start;
    greeting.has_rested = stopped.starts_with(restless_mark) && reason.empty() && new_hour &&
                          known->activity.sessions <= limits.sessions_per_hour &&
                          known->activity.boots <= limits.boots_per_hour;
    if (stopped.empty())
        greeting.restless = std::move(reason);
}

}  // namespace

std::vector<cwmp::Root> roots_of(cwmp::Inform const& inform)
{
    std::vector<cwmp::Root> roots;
    for (auto const root : both_roots)
        if (std::ranges::any_of(inform.parameter_list, [root](auto const& parameter) {
                return cwmp::root_of(cwmp::trim_path(parameter.name)) == root;
            }))
            roots.push_back(root);
    return roots.empty() ? std::vector(both_roots.begin(), both_roots.end()) : roots;
}

domain::DeviceActivity counted(domain::DeviceActivity activity, bool boot, base::TimePoint now)
{
    if (now - activity.hour_start >= std::chrono::hours{1})
        activity = {.hour_start = now, .failed_in_row = activity.failed_in_row};
    ++activity.sessions;
    activity.boots += boot ? 1 : 0;
    return activity;
}

Greeting judge(cwmp::DeviceId identity, cwmp::Inform const& inform, std::optional<domain::KnownDevice> const& known,
               base::TimePoint now, SessionLimits const& limits)
{
    Greeting greeting{.roots = roots_of(inform), .parameter_key = value_of(inform, known_names::parameter_key)};
    auto& contact = greeting.contact;
    contact.identity = std::move(identity);
    contact.at = now;
    contact.events = canonical(inform.event);
    contact.retry_count = inform.retry_count;
    contact.facts = facts_of(inform, known);
    contact.values = inform.parameter_list;
    greeting.bootstrap = cwmp::has_event(contact.events, cwmp::event_code::bootstrap);
    greeting.boot = cwmp::has_event(contact.events, cwmp::event_code::boot);
    if (known) {
        contact.key = known->key;
        contact.redelivered = inform.retry_count > 0 && contact.events == canonical(known->last_events);
        contact.values_changed = has_changed(inform, *known);
        if (known->facts.software_version != contact.facts.software_version)
            contact.software_before = known->facts.software_version;
        contact.recent = known->recent;
        contact.recent_version = known->recent_version;
    }
    bool const counts_as_boot = greeting.boot && !contact.redelivered;
    contact.activity = counted(known ? known->activity : domain::DeviceActivity{}, counts_as_boot, now);
    judge_activity(greeting, known, limits);
    return greeting;
}

std::optional<std::string> negotiated_version(std::vector<std::string> const& supported)
{
    static constexpr std::array<std::string_view, 5> ours{"1.4", "1.3", "1.2", "1.1", "1.0"};
    for (auto const version : ours)
        if (std::ranges::any_of(supported, [version](auto const& text) { return cwmp::trim_path(text) == version; }))
            return std::string{version};
    return std::nullopt;
}

std::chrono::seconds session_timeout(std::optional<std::uint32_t> told, SessionLimits const& limits)
{
    if (!told || *told == 0)
        return limits.timeout;
    auto const least = std::min(limits.timeout, std::chrono::seconds{10});
    return std::clamp(std::chrono::seconds{*told}, least, std::max(least, limits.longest_timeout));
}

}  // namespace session
