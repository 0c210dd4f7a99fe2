#include "domain/rules.hpp"

#include "api/audit.hpp"
#include "api/endpoints.hpp"
#include "api/json_body.hpp"
#include "api/query.hpp"
#include "api/rule_views.hpp"
#include "base/time_text.hpp"
#include "cwmp/device_id.hpp"
#include "domain/inventory.hpp"
#include "domain/json_fields.hpp"
#include "domain/json_read.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>

namespace api {

namespace json = boost::json;
using domain::text_in;

namespace {

constexpr char example[] = R"({"rules":[{"file":"wifi.sql","text":"-- rule: wifi\n..."}]})";
constexpr char rules_cursor = 'r';
constexpr unsigned most_devices = 200'000;  ///< of one page of a preview
constexpr std::size_t longest_reason = 1'000;

/// What the body of a request about rules says.
struct RulesRequest {
    std::vector<domain::RuleFile> files;
    std::string reason, where;
    bool dry_run = false;
    bool is_whole = true;
    std::int64_t after = 0;
    unsigned limit = most_devices;
};

std::vector<domain::RuleFile> files_in(json::object const& body, std::vector<FieldError>& errors)
{
    std::vector<domain::RuleFile> files;
    auto const* const list = body.if_contains("rules");
    if (!list || !list->is_array()) {
        errors.push_back({"rules", fmt::format("It must be a list, as in {}.", example)});
        return files;
    }
    for (auto const& each : list->get_array()) {
        auto const* const object = each.if_object();
        if (!object || object->size() != 2 || text_in(*object, "file").empty() || !object->contains("text") ||
            !object->at("text").is_string())
            errors.push_back({fmt::format("rules.{}", files.size()), "It must have a file's name and its text."});
        files.push_back(object ? domain::RuleFile{text_in(*object, "file"), text_in(*object, "text")}
                               : domain::RuleFile{});
    }
    return files;
}

void take_flag(json::value const& value, std::string const& name, bool& flag, std::vector<FieldError>& errors)
{
    if (value.is_bool())
        flag = value.get_bool();
    else
        errors.push_back({name, "It must be true or false."});
}

Outcome<RulesRequest> read_request(std::string_view body, std::span<std::string_view const> allowed)
{
    auto const object = read_object(body, example);
    if (!object)
        return std::unexpected{object.error()};
    RulesRequest request;
    std::vector<FieldError> errors;
    request.files = files_in(*object, errors);
    for (auto const& [key, value] : *object) {
        std::string const name{key.data(), key.size()};
        if (name == "rules")
            continue;
        if (std::ranges::find(allowed, name) == allowed.end())
            errors.push_back({name, "There is no such field."});
        else if (name == "reason" && value.is_string() && value.get_string().size() <= longest_reason)
            request.reason = text_in(*object, "reason");
        else if (name == "where" && value.is_string())
            request.where = text_in(*object, "where");
        else if (name == "dry_run")
            take_flag(value, name, request.dry_run, errors);
        else if (name == "whole")
            take_flag(value, name, request.is_whole, errors);
        else if (name == "after" && value.is_string() && parse_id(text_in(*object, "after")))
            request.after = *parse_id(text_in(*object, "after"));
        else if (name == "limit" && value.is_int64() && value.get_int64() >= 1 && value.get_int64() <= most_devices)
            request.limit = static_cast<unsigned>(value.get_int64());
        else
            errors.push_back({name, fmt::format("This is no value for it; limit is at most {}.", most_devices)});
    }
    if (!errors.empty())
        return unprocessable(std::move(errors));
    return request;
}

json::object view_of(domain::RuleProblem const& problem)
{
    return {{"file", problem.file},
            {"line", problem.at.line},
            {"column", problem.at.column},
            {"reason", problem.reason},
            {"hint", problem.hint}};
}

json::object view_of(domain::RuleShown const& shown)
{
    auto const& [version, rule] = shown;
    return {{"rule", rule.name},
            {"version", std::to_string(version.id)},
            {"priority", rule.priority},
            {"on", texts(rule.on)},
            {"when", rule.when.text.empty() ? json::value(nullptr) : json::value(json::string(rule.when.text))},
            {"max_age", rule.max_age.count()},
            {"budget", rule.budget},
            {"file", version.file},
            {"made_at", base::to_rfc3339(version.made_at)},
            {"made_by", version.made_by},
            {"reason", version.reason},
            {"paused", api::view_of(version.paused)}};
}

json::object view_of(domain::RuleVersion const& version)
{
    return {{"version", std::to_string(version.id)},
            {"file", version.file},
            {"text", version.text ? json::value(json::string(*version.text)) : json::value(nullptr)},
            {"made_at", base::to_rfc3339(version.made_at)},
            {"made_by", version.made_by},
            {"reason", version.reason}};
}

/// External ids of devices.
using DeviceNames = std::map<domain::DeviceKey, std::string>;

/// Those of a preview's samples; a device that was removed meanwhile has its key.
base::Awaitable<DeviceNames> names_of(Context const& context, domain::RulesPreview const& preview)
{
    DeviceNames names;
    for (auto const& change : preview.changes)
        for (auto const& sample : change.samples)
            if (names.try_emplace(sample.device, std::to_string(sample.device.value())).second)
                if (auto const row = co_await context.services.inventory.find(sample.device))
                    names[sample.device] = cwmp::external_id(row->identity);
    co_return names;
}

json::object view_of(domain::PreviewedChange const& change, DeviceNames const& names)
{
    json::array samples;
    for (auto const& sample : change.samples)
        samples.push_back({{"device", names.at(sample.device)}, {"from", sample.from}, {"to", sample.to}});
    return {{"rule", change.rule},         {"kind", change.kind},          {"path", change.path},
            {"devices", change.devices},   {"in_place", change.in_place},  {"waiting", change.waiting},
            {"given_up", change.given_up}, {"samples", std::move(samples)}};
}

json::object view_of(domain::RulesPreview const& preview, DeviceNames const& names)
{
    json::array changes;
    for (auto const& change : preview.changes)
        changes.push_back(view_of(change, names));
    json::array conflicts;
    for (auto const& each : preview.conflicts)
        conflicts.push_back(
            {{"path", each.path}, {"winner", each.winner}, {"loser", each.loser}, {"devices", each.devices}});
    return {{"devices", preview.devices},
            {"devices_changed", preview.devices_changed},
            {"devices_restarted", preview.devices_restarted},
            {"fleet", preview.fleet ? json::value(*preview.fleet) : json::value(nullptr)},
            {"changes", std::move(changes)},
            {"conflicts", std::move(conflicts)},
            {"failures", api::view_of(preview.failures)},
            {"next",
             preview.next ? json::value(json::string(std::to_string(preview.next->value()))) : json::value(nullptr)}};
}

}  // namespace

json::array view_of(std::vector<domain::PreviewedFailure> const& failures)
{
    json::array list;
    for (auto const& failure : failures)
        list.push_back({{"rule", failure.rule}, {"reason", failure.reason}, {"devices", failure.devices}});
    return list;
}

std::unexpected<Problem> refused(domain::Rules::Problems const& problems)
{
    std::vector<FieldError> errors;
    for (auto const& problem : problems)
        errors.push_back({fmt::format("{}:{}:{}", problem.file, problem.at.line, problem.at.column),
                          fmt::format("{}. {}", problem.reason, problem.hint)});
    return unprocessable(std::move(errors));
}

json::object view_of(domain::RulesApplied const& applied)
{
    return {{"epoch", std::to_string(applied.epoch)},
            {"added", texts(applied.added)},
            {"changed", texts(applied.changed)},
            {"removed", texts(applied.removed)},
            {"unchanged", applied.unchanged}};
}

json::object with_reason(json::object applied, std::string const& reason)
{
    applied["reason"] = reason;
    return applied;
}

json::value view_of(std::optional<domain::RulePause> const& pause)
{
    if (!pause)
        return nullptr;
    return json::object{{"at", base::to_rfc3339(pause->at)}, {"by", pause->by}, {"reason", pause->reason}};
}

Answer list_rules(Call call)
{
    Query query{call.request.query()};
    auto const limit = query.limit();
    auto const after = query.after(rules_cursor);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto rules = co_await call.context.services.rules.list();
    std::ranges::sort(rules, {}, [](domain::RuleShown const& rule) { return rule.rule.name; });
    std::erase_if(rules, [&](domain::RuleShown const& rule) { return rule.rule.name <= after; });
    std::optional<std::string> next;
    if (rules.size() > limit) {
        rules.resize(limit);
        next = make_cursor(rules_cursor, rules.back().rule.name);
    }
    json::array items;
    for (auto const& rule : rules)
        items.push_back(view_of(rule));
    co_return list_response(std::move(items), next);
}

Answer show_rule(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    std::string const name{call.argument};
    auto const versions = co_await call.context.services.rules.history(name);
    if (versions.empty())
        co_return not_found("rule", name);
    json::array history;
    for (auto const& version : versions)
        history.push_back(view_of(version));
    json::object body{
        {"rule", name}, {"in_force", versions.front().text.has_value()}, {"versions", std::move(history)}};
    co_return json_response(200, body);
}

Answer check_rules(Call call)
{
    auto request = read_request(call.request.body, {});
    if (!request)
        co_return std::unexpected{std::move(request).error()};
    auto const checked = co_await call.context.services.rules.check(std::move(request->files));
    json::array problems;
    if (!checked)
        for (auto const& problem : checked.error())
            problems.push_back(view_of(problem));
    co_return json_response(200, {{"problems", std::move(problems)}});
}

Answer apply_rules(Call call)
{
    constexpr auto allowed = std::to_array<std::string_view>({"reason", "dry_run"});
    auto request = read_request(call.request.body, allowed);
    if (!request)
        co_return std::unexpected{std::move(request).error()};
    auto const before = co_await call.context.services.rules.current();
    auto const applied = co_await call.context.services.rules.apply(std::move(request->files), call.caller.name,
                                                                    request->reason, request->dry_run);
    if (!applied)
        co_return refused(applied.error());
    if (!request->dry_run && applied->epoch != before.epoch)
        co_await audit(call, "rules.applied", fmt::format("epoch {}", applied->epoch),
                       boost::json::object{{"epoch", std::to_string(before.epoch)}},
                       with_reason(view_of(*applied), request->reason));
    co_return json_response(200, view_of(*applied));
}

Answer preview_rules(Call call)
{
    constexpr auto allowed = std::to_array<std::string_view>({"whole", "where", "after", "limit"});
    auto request = read_request(call.request.body, allowed);
    if (!request)
        co_return std::unexpected{std::move(request).error()};
    auto const preview = co_await call.context.services.rules.preview({.files = std::move(request->files),
                                                                       .is_whole = request->is_whole,
                                                                       .where = std::move(request->where),
                                                                       .after = domain::DeviceKey{request->after},
                                                                       .limit = request->limit});
    if (!preview)
        co_return refused(preview.error());
    co_return json_response(200, view_of(*preview, co_await names_of(call.context, *preview)));
}

}  // namespace api
