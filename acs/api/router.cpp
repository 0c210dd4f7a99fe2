#include "api/router.hpp"

#include "api/endpoints.hpp"
#include "api/genieacs/endpoints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace api {

namespace {

using domain::Permission;

constexpr std::string_view living_device[] = {"manufacturer",     "model_name",        "software_version",
                                              "hardware_version", "provisioning_code", "ip_address",
                                              "last_inform",      "last_boot",         "last_events",
                                              "parameters",       "merge_proposals",   "connection_request_url"};
constexpr std::string_view living_group[] = {"devices", "sample", "problem"};
constexpr std::string_view living_webhook[] = {"delivered_at", "waiting_since", "problem", "missed_before",
                                               "dead_letters"};
constexpr std::string_view living_operator[] = {"last_login"};
constexpr std::string_view living_trace[] = {"sessions"};

// A line without a Reach is about the whole fleet. Who gives another one keeps to the caller's part in the endpoint.
constexpr Route table[] = {
    {"GET", "/api/v1/devices", Body::none, Permission::devices_read, list_devices, Reach::part},
    {"GET", "/api/v1/devices/{device}", Body::none, Permission::devices_read, get_device, Reach::part, living_device},
    {"PATCH", "/api/v1/devices/{device}", Body::json, Permission::devices_write, change_device, Reach::part},
    {"PUT", "/api/v1/devices/{device}/tags/{tag}", Body::none, Permission::devices_write, add_device_tag, Reach::part},
    {"DELETE", "/api/v1/devices/{device}/tags/{tag}", Body::none, Permission::devices_write, remove_device_tag,
     Reach::part},
    {"GET", "/api/v1/tags", Body::none, Permission::devices_read, list_tags, Reach::part},
    {"DELETE", "/api/v1/tags/{tag}", Body::none, Permission::devices_write, remove_tag, Reach::part},
    {"GET", "/api/v1/groups", Body::none, Permission::devices_read, list_groups, Reach::elsewhere},
    {"POST", "/api/v1/groups", Body::json, Permission::devices_write, add_group},
    {"GET", "/api/v1/groups/{group}", Body::none, Permission::devices_read, show_group, Reach::part, living_group},
    {"PATCH", "/api/v1/groups/{group}", Body::json, Permission::devices_write, change_group},
    {"DELETE", "/api/v1/groups/{group}", Body::none, Permission::devices_write, remove_group},
    {"GET", "/api/v1/jobs", Body::none, Permission::jobs_read, list_jobs, Reach::part},
    {"POST", "/api/v1/jobs", Body::json, Permission::jobs_write, create_job, Reach::part},
    {"GET", "/api/v1/jobs/{job}", Body::none, Permission::jobs_read, get_job, Reach::part},
    {"GET", "/api/v1/jobs/{job}/tasks", Body::none, Permission::jobs_read, list_job_tasks, Reach::part},
    {"POST", "/api/v1/jobs/{job}/pause", Body::none, Permission::jobs_write, pause_job, Reach::part},
    {"POST", "/api/v1/jobs/{job}/resume", Body::none, Permission::jobs_write, resume_job, Reach::part},
    {"POST", "/api/v1/jobs/{job}/cancel", Body::none, Permission::jobs_write, cancel_job, Reach::part},
    {"POST", "/api/v1/jobs/{job}/retry", Body::none, Permission::jobs_write, retry_job, Reach::part},
    {"POST", "/api/v1/devices/{device}/merge", Body::json, Permission::devices_write, merge_device, Reach::part},
    {"DELETE", "/api/v1/devices/{device}", Body::none, Permission::devices_purge, purge_device, Reach::part},
    {"POST", "/api/v1/devices/{device}/retire", Body::json, Permission::devices_write, retire_device, Reach::part},
    {"POST", "/api/v1/devices/{device}/re-enrol", Body::json, Permission::enrolment_write, re_enrol_device,
     Reach::part},
    {"GET", "/api/v1/devices/{device}/credentials", Body::none, Permission::credentials_read, get_credentials,
     Reach::part},
    {"POST", "/api/v1/devices/{device}/credentials/rotate", Body::none, Permission::credentials_write,
     rotate_credentials, Reach::part},
    {"GET", "/api/v1/credential-rotations", Body::none, Permission::credentials_read, list_rotations},
    {"POST", "/api/v1/credential-rotations", Body::json, Permission::credentials_write, create_rotation},
    {"GET", "/api/v1/credential-rotations/{rotation}", Body::none, Permission::credentials_read, get_rotation},
    {"POST", "/api/v1/credential-rotations/{rotation}/pause", Body::none, Permission::credentials_write,
     pause_rotation},
    {"POST", "/api/v1/credential-rotations/{rotation}/resume", Body::none, Permission::credentials_write,
     resume_rotation},
    {"POST", "/api/v1/credential-rotations/{rotation}/cancel", Body::none, Permission::credentials_write,
     cancel_rotation},
    {"GET", "/api/v1/devices/{device}/parameters", Body::none, Permission::parameters_read, list_parameters,
     Reach::part},
    {"GET", "/api/v1/devices/{device}/tasks", Body::none, Permission::tasks_read, list_device_tasks, Reach::part},
    {"POST", "/api/v1/devices/{device}/tasks", Body::json, Permission::tasks_write, create_task, Reach::part},
    {"POST", "/api/v1/devices/{device}/connection-request", Body::none, Permission::tasks_write, request_connection,
     Reach::part},
    {"GET", "/api/v1/devices/{device}/reachability", Body::none, Permission::devices_read, get_reachability,
     Reach::part},
    {"GET", "/api/v1/tasks", Body::none, Permission::tasks_read, list_tasks, Reach::part},
    {"GET", "/api/v1/tasks/{task}", Body::none, Permission::tasks_read, get_task, Reach::part},
    {"DELETE", "/api/v1/tasks/{task}", Body::none, Permission::tasks_write, cancel_task, Reach::part},
    {"GET", "/api/v1/sessions", Body::none, Permission::devices_read, list_sessions, Reach::part},
    {"GET", "/api/v1/sessions/{session}", Body::none, Permission::devices_read, get_session, Reach::part},
    {"GET", "/api/v1/devices/{device}/sessions", Body::none, Permission::devices_read, list_device_sessions,
     Reach::part},
    {"GET", "/api/v1/sessions/{session}/trace", Body::none, Permission::traces_read, get_trace, Reach::part},
    {"GET", "/api/v1/devices/{device}/trace", Body::none, Permission::traces_read, get_trace_order, Reach::part,
     living_trace},
    {"PUT", "/api/v1/devices/{device}/trace", Body::json, Permission::traces_write, order_trace, Reach::part},
    {"DELETE", "/api/v1/devices/{device}/trace", Body::none, Permission::traces_write, cancel_trace, Reach::part},
    {"GET", "/api/v1/files", Body::none, Permission::files_read, list_files, Reach::elsewhere},
    {"POST", "/api/v1/files", Body::file, Permission::files_write, add_file, Reach::elsewhere},
    {"GET", "/api/v1/files/{file}", Body::none, Permission::files_read, get_file, Reach::elsewhere},
    {"DELETE", "/api/v1/files/{file}", Body::none, Permission::files_write, remove_file, Reach::elsewhere},
    {"GET", "/api/v1/promoted", Body::none, Permission::rules_read, list_promotions, Reach::elsewhere},
    {"POST", "/api/v1/promoted", Body::json, Permission::rules_write, add_promotion},
    {"GET", "/api/v1/promoted/{pattern}", Body::none, Permission::rules_read, show_promotion, Reach::elsewhere},
    {"DELETE", "/api/v1/promoted/{pattern}", Body::none, Permission::rules_write, remove_promotion},
    {"GET", "/api/v1/devices/{device}/explanation", Body::none, Permission::rules_read, explain_device, Reach::part},
    {"GET", "/api/v1/rules", Body::none, Permission::rules_read, list_rules, Reach::elsewhere},
    {"GET", "/api/v1/rules/{rule}", Body::none, Permission::rules_read, show_rule, Reach::elsewhere},
    {"POST", "/api/v1/rules/check", Body::json, Permission::rules_write, check_rules},
    {"POST", "/api/v1/rules/apply", Body::json, Permission::rules_write, apply_rules},
    {"POST", "/api/v1/rules/preview", Body::json, Permission::rules_write, preview_rules},
    {"POST", "/api/v1/rules/rollback", Body::json, Permission::rules_write, rollback_rules},
    {"POST", "/api/v1/rules/pause", Body::json, Permission::rules_pause, pause_rules},
    {"POST", "/api/v1/rules/resume", Body::json, Permission::rules_pause, resume_rules},
    {"GET", "/api/v1/rule-quarantine", Body::none, Permission::rules_read, list_rule_quarantine, Reach::part},
    {"POST", "/api/v1/rule-quarantine/release", Body::json, Permission::rules_write, release_rule_quarantine,
     Reach::part},
    {"GET", "/api/v1/rule-sets", Body::none, Permission::rules_read, list_rule_sets, Reach::elsewhere},
    {"GET", "/api/v1/rule-sets/{epoch}", Body::none, Permission::rules_read, show_rule_set, Reach::elsewhere},
    {"GET", "/api/v1/rule-settings", Body::none, Permission::rules_read, list_rule_settings, Reach::elsewhere},
    {"GET", "/api/v1/rule-settings/{setting}", Body::none, Permission::rules_read, show_rule_setting, Reach::elsewhere},
    {"PUT", "/api/v1/rule-settings/{setting}", Body::json, Permission::rules_write, put_rule_setting},
    {"DELETE", "/api/v1/rule-settings/{setting}", Body::none, Permission::rules_write, remove_rule_setting},
    {"GET", "/api/v1/faults", Body::none, Permission::devices_read, list_faults, Reach::part},
    {"GET", "/api/v1/faults/summary", Body::none, Permission::statistics_read, summarize_faults},
    {"GET", "/api/v1/incidents", Body::none, Permission::incidents_read, list_incidents},
    {"GET", "/api/v1/events", Body::none, Permission::events_read, list_events, Reach::part},
    {"GET", "/api/v1/events/stream", Body::none, Permission::events_read, stream_events, Reach::part},
    {"GET", "/api/v1/devices/{device}/events", Body::none, Permission::events_read, list_device_events, Reach::part},
    {"GET", "/api/v1/webhooks", Body::none, Permission::webhooks_read, list_webhooks},
    {"POST", "/api/v1/webhooks", Body::json, Permission::webhooks_write, add_webhook},
    {"GET", "/api/v1/webhooks/{webhook}", Body::none, Permission::webhooks_read, get_webhook, Reach::fleet,
     living_webhook},
    {"PATCH", "/api/v1/webhooks/{webhook}", Body::json, Permission::webhooks_write, change_webhook},
    {"DELETE", "/api/v1/webhooks/{webhook}", Body::none, Permission::webhooks_write, remove_webhook},
    {"POST", "/api/v1/webhooks/{webhook}/pause", Body::none, Permission::webhooks_write, pause_webhook},
    {"POST", "/api/v1/webhooks/{webhook}/resume", Body::none, Permission::webhooks_write, resume_webhook},
    {"POST", "/api/v1/webhooks/{webhook}/test", Body::none, Permission::webhooks_write, test_webhook},
    {"GET", "/api/v1/webhooks/{webhook}/dead-letters", Body::none, Permission::webhooks_read, list_dead_letters},
    {"POST", "/api/v1/webhooks/{webhook}/redeliver", Body::json, Permission::webhooks_write, redeliver_dead_letters},
    {"GET", "/api/v1/announcements", Body::none, Permission::enrolment_read, list_announcements},
    {"POST", "/api/v1/announcements", Body::list, Permission::enrolment_write, add_announcements},
    {"DELETE", "/api/v1/announcements/{announcement}", Body::none, Permission::enrolment_write, remove_announcement},
    {"GET", "/api/v1/strangers", Body::none, Permission::enrolment_read, list_strangers},
    {"DELETE", "/api/v1/strangers/{stranger}", Body::none, Permission::enrolment_write, forget_stranger},
    {"POST", "/api/v1/strangers/{stranger}/enrol", Body::json, Permission::enrolment_write, enrol_stranger},
    {"POST", "/api/v1/login", Body::json, needs_nothing, log_in, Reach::elsewhere},
    {"POST", "/api/v1/logout", Body::none, needs_login, log_out, Reach::elsewhere},
    {"GET", "/api/v1/self", Body::none, needs_login, show_self, Reach::elsewhere},
    {"POST", "/api/v1/self/password", Body::json, needs_login, change_own_password, Reach::elsewhere},
    {"GET", "/api/v1/operators", Body::none, Permission::operators_manage, list_operators},
    {"POST", "/api/v1/operators", Body::json, Permission::operators_manage, add_operator},
    {"GET", "/api/v1/operators/{operator}", Body::none, Permission::operators_manage, show_operator, Reach::fleet,
     living_operator},
    {"PATCH", "/api/v1/operators/{operator}", Body::json, Permission::operators_manage, change_operator},
    {"DELETE", "/api/v1/operators/{operator}", Body::none, Permission::operators_manage, remove_operator},
    {"GET", "/api/v1/roles", Body::none, Permission::operators_manage, list_roles},
    {"POST", "/api/v1/roles", Body::json, Permission::operators_manage, add_role},
    {"GET", "/api/v1/roles/{role}", Body::none, Permission::operators_manage, show_role},
    {"PATCH", "/api/v1/roles/{role}", Body::json, Permission::operators_manage, change_role},
    {"DELETE", "/api/v1/roles/{role}", Body::none, Permission::operators_manage, remove_role},
    {"GET", "/api/v1/tokens", Body::none, needs_login, list_tokens, Reach::elsewhere},
    {"POST", "/api/v1/tokens", Body::json, needs_login, add_token, Reach::elsewhere},
    {"DELETE", "/api/v1/tokens/{token}", Body::none, needs_login, remove_token, Reach::elsewhere},
    {"GET", "/api/v1/audit", Body::none, Permission::audit_read, list_audit},
    {"GET", "/api/v1/audit/verification", Body::none, Permission::audit_read, verify_audit},
    {"GET", "/api/v1/version", Body::none, needs_login, get_version, Reach::elsewhere},
    {"GET", "/api/v1/settings", Body::none, Permission::audit_read, list_settings},
    {"GET", "/api/v1/statistics", Body::none, Permission::statistics_read, get_statistics},

    {"GET", "/compat/genieacs/devices", Body::none, Permission::devices_read, genieacs::list_devices, Reach::part},
    {"DELETE", "/compat/genieacs/devices/{device}", Body::none, Permission::devices_purge, genieacs::remove_device,
     Reach::part},
    {"POST", "/compat/genieacs/devices/{device}/tasks", Body::text, Permission::tasks_write, genieacs::create_task,
     Reach::part},
    {"POST", "/compat/genieacs/devices/{device}/tags/{tag}", Body::none, Permission::devices_write, genieacs::add_tag,
     Reach::part},
    {"DELETE", "/compat/genieacs/devices/{device}/tags/{tag}", Body::none, Permission::devices_write,
     genieacs::remove_tag, Reach::part},
    {"GET", "/compat/genieacs/tasks", Body::none, Permission::tasks_read, genieacs::list_tasks, Reach::part},
    {"DELETE", "/compat/genieacs/tasks/{task}", Body::none, Permission::tasks_write, genieacs::remove_task,
     Reach::part},
    {"POST", "/compat/genieacs/tasks/{task}/retry", Body::none, Permission::tasks_write, genieacs::retry_task,
     Reach::part},
    {"GET", "/compat/genieacs/faults", Body::none, Permission::tasks_read, genieacs::list_faults, Reach::part},
    {"DELETE", "/compat/genieacs/faults/{fault}", Body::none, Permission::tasks_write, genieacs::remove_fault,
     Reach::part},
    {"GET", "/compat/genieacs/files", Body::none, Permission::files_read, genieacs::list_files, Reach::elsewhere},
    {"PUT", "/compat/genieacs/files/{file}", Body::named_file, Permission::files_write, genieacs::put_file,
     Reach::elsewhere},
    {"DELETE", "/compat/genieacs/files/{file}", Body::none, Permission::files_write, genieacs::remove_file,
     Reach::elsewhere},
    {"GET", "/compat/genieacs/presets", Body::none, Permission::rules_read, genieacs::list_nothing, Reach::elsewhere},
    {"PUT", "/compat/genieacs/presets/{preset}", Body::none, Permission::rules_write, genieacs::refuse_preset,
     Reach::elsewhere},
    {"DELETE", "/compat/genieacs/presets/{preset}", Body::none, Permission::rules_write, genieacs::refuse_preset,
     Reach::elsewhere},
    {"GET", "/compat/genieacs/objects", Body::none, Permission::rules_read, genieacs::list_nothing, Reach::elsewhere},
    {"PUT", "/compat/genieacs/objects/{object}", Body::none, Permission::rules_write, genieacs::refuse_preset,
     Reach::elsewhere},
    {"DELETE", "/compat/genieacs/objects/{object}", Body::none, Permission::rules_write, genieacs::refuse_preset,
     Reach::elsewhere},
    {"GET", "/compat/genieacs/provisions", Body::none, Permission::rules_read, genieacs::list_nothing,
     Reach::elsewhere},
    {"PUT", "/compat/genieacs/provisions/{provision}", Body::none, Permission::rules_write, genieacs::refuse_provision,
     Reach::elsewhere},
    {"DELETE", "/compat/genieacs/provisions/{provision}", Body::none, Permission::rules_write,
     genieacs::refuse_provision, Reach::elsewhere},
    {"GET", "/compat/genieacs/virtual_parameters", Body::none, Permission::rules_read, genieacs::list_nothing,
     Reach::elsewhere},
    {"PUT", "/compat/genieacs/virtual_parameters/{parameter}", Body::none, Permission::rules_write,
     genieacs::refuse_virtual_parameter, Reach::elsewhere},
    {"DELETE", "/compat/genieacs/virtual_parameters/{parameter}", Body::none, Permission::rules_write,
     genieacs::refuse_virtual_parameter, Reach::elsewhere},
    {"GET", "/compat/genieacs/config", Body::none, Permission::rules_read, genieacs::list_nothing, Reach::elsewhere},
    {"GET", "/compat/genieacs/ping/{host}", Body::none, Permission::devices_read, genieacs::refuse_ping,
     Reach::elsewhere},
};

/// Takes the first segment off a path that begins with '/'.
std::string_view take_segment(std::string_view& path)
{
    path.remove_prefix(1);
    auto const segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

/// Scripts for GenieACS write its lists with a slash at the end, and without; it takes one behind everything.
std::string_view without_slash(std::string_view path)
{
    bool const is_optional = path.starts_with("/compat/genieacs/") && path.ends_with('/');
    return is_optional ? path.substr(0, path.size() - 1) : path;
}

/// What stands for the placeholders of a pattern, empty where it has none.
struct Arguments {
    std::string_view first, second;
};

/// None when `path` is not meant.
std::optional<Arguments> arguments_of(std::string_view pattern, std::string_view path)
{
    Arguments found;
    while (pattern.starts_with('/') && path.starts_with('/')) {
        auto const wanted = take_segment(pattern);
        auto const given = take_segment(path);
        if (wanted.starts_with('{') && !given.empty())
            (found.first.empty() ? found.first : found.second) = given;
        else if (wanted != given)
            return std::nullopt;
    }
    if (!pattern.empty() || !path.empty())
        return std::nullopt;
    return found;
}

std::unexpected<Problem> method_not_allowed(std::string_view method, std::string const& allowed)
{
    auto failure =
        problem(405, "method_not_allowed", fmt::format("{} is not possible here, only {}.", method, allowed));
    failure.error().headers.set("Allow", allowed);
    return failure;
}

}  // namespace

std::span<Route const> routes()
{
    return table;
}

Outcome<Match> match(std::string_view method, std::string_view path)
{
    std::string allowed;
    for (auto const& route : table) {
        auto const arguments = arguments_of(without_slash(route.path), without_slash(path));
        if (!arguments)
            continue;
        if (route.method == (method == "HEAD" ? "GET" : method))
            return Match{&route, arguments->first, arguments->second};
        allowed +=
            fmt::format("{}{}{}", allowed.empty() ? "" : ", ", route.method, route.method == "GET" ? ", HEAD" : "");
    }
    if (allowed.empty())
        return problem(404, "not_found", "The API has no such path; see docs/api/openapi.yaml for what it has.");
    return method_not_allowed(method, allowed);
}

}  // namespace api
