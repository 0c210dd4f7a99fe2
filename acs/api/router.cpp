#include "api/router.hpp"

#include "api/endpoints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace api {

namespace {

constexpr Route table[] = {
    {"GET", "/api/v1/devices", Body::none, list_devices},
    {"GET", "/api/v1/devices/{device}", Body::none, get_device},
    {"PATCH", "/api/v1/devices/{device}", Body::json, change_device},
    {"POST", "/api/v1/devices/{device}/merge", Body::json, merge_device},
    {"GET", "/api/v1/devices/{device}/parameters", Body::none, list_parameters},
    {"GET", "/api/v1/devices/{device}/tasks", Body::none, list_device_tasks},
    {"POST", "/api/v1/devices/{device}/tasks", Body::json, create_task},
    {"POST", "/api/v1/devices/{device}/connection-request", Body::none, request_connection},
    {"GET", "/api/v1/tasks", Body::none, list_tasks},
    {"GET", "/api/v1/tasks/{task}", Body::none, get_task},
    {"DELETE", "/api/v1/tasks/{task}", Body::none, cancel_task},
    {"GET", "/api/v1/files", Body::none, list_files},
    {"POST", "/api/v1/files", Body::file, add_file},
    {"GET", "/api/v1/files/{file}", Body::none, get_file},
    {"DELETE", "/api/v1/files/{file}", Body::none, remove_file},
    {"GET", "/api/v1/promoted", Body::none, list_promotions},
    {"POST", "/api/v1/promoted", Body::json, add_promotion},
    {"DELETE", "/api/v1/promoted/{pattern}", Body::none, remove_promotion},
    {"GET", "/api/v1/devices/{device}/explanation", Body::none, explain_device},
    {"GET", "/api/v1/rules", Body::none, list_rules},
    {"GET", "/api/v1/rules/{rule}", Body::none, show_rule},
    {"POST", "/api/v1/rules/check", Body::json, check_rules},
    {"POST", "/api/v1/rules/apply", Body::json, apply_rules},
    {"POST", "/api/v1/rules/preview", Body::json, preview_rules},
    {"POST", "/api/v1/rules/rollback", Body::json, rollback_rules},
    {"POST", "/api/v1/rules/pause", Body::json, pause_rules},
    {"POST", "/api/v1/rules/resume", Body::json, resume_rules},
    {"GET", "/api/v1/rule-quarantine", Body::none, list_rule_quarantine},
    {"POST", "/api/v1/rule-quarantine/release", Body::json, release_rule_quarantine},
    {"GET", "/api/v1/rule-sets", Body::none, list_rule_sets},
    {"GET", "/api/v1/rule-sets/{epoch}", Body::none, show_rule_set},
    {"GET", "/api/v1/version", Body::none, get_version},
    {"GET", "/api/v1/statistics", Body::none, get_statistics},
};

/// Takes the first segment off a path that begins with '/'.
std::string_view take_segment(std::string_view& path)
{
    path.remove_prefix(1);
    auto const segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

/// What stands for the placeholder of `pattern`, empty when it has none; none when `path` is not meant.
std::optional<std::string_view> argument_of(std::string_view pattern, std::string_view path)
{
    std::string_view argument;
    while (pattern.starts_with('/') && path.starts_with('/')) {
        auto const wanted = take_segment(pattern);
        auto const given = take_segment(path);
        if (wanted.starts_with('{') && !given.empty())
            argument = given;
        else if (wanted != given)
            return std::nullopt;
    }
    if (!pattern.empty() || !path.empty())
        return std::nullopt;
    return argument;
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
        auto const argument = argument_of(route.path, path);
        if (!argument)
            continue;
        if (route.method == (method == "HEAD" ? "GET" : method))
            return Match{&route, *argument};
        allowed +=
            fmt::format("{}{}{}", allowed.empty() ? "" : ", ", route.method, route.method == "GET" ? ", HEAD" : "");
    }
    if (allowed.empty())
        return problem(404, "not_found", "The API has no such path; see docs/api/openapi.yaml for what it has.");
    return method_not_allowed(method, allowed);
}

}  // namespace api
