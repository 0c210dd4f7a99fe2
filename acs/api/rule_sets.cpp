#include "api/audit.hpp"
#include "api/endpoints.hpp"
#include "api/json_body.hpp"
#include "api/query.hpp"
#include "api/rule_views.hpp"
#include "base/time_text.hpp"
#include "domain/json_fields.hpp"
#include "domain/rules.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <limits>

namespace api {

namespace json = boost::json;

namespace {

constexpr char changes_cursor = 'e';
constexpr std::size_t longest_reason = 1'000;

json::object view_of(domain::RuleSetChange const& change)
{
    return {{"epoch", std::to_string(change.epoch)},
            {"made_at", base::to_rfc3339(change.made_at)},
            {"made_by", change.made_by},
            {"reason", change.reason},
            {"added", texts(change.added)},
            {"changed", texts(change.changed)},
            {"removed", texts(change.removed)}};
}

/// What the body of a request that changes the whole set, or stops it, says.
struct SetRequest {
    std::int64_t epoch = 0;
    std::string rule, reason;
    bool dry_run = false;
};

enum class Wants { rollback, pause, resume };

Outcome<SetRequest> read_request(std::string_view body, Wants wants)
{
    auto const object = read_object(body, wants == Wants::rollback ? R"({"epoch":"3"})" : R"({"reason":"outage"})");
    if (!object)
        return std::unexpected{object.error()};
    domain::JsonFields fields{*object};
    SetRequest request;
    if (wants == Wants::rollback) {
        auto const epoch = parse_id(fields.text("epoch"));
        auto const* const given = object->if_contains("epoch");
        if (given && given->is_string() && !epoch)
            fields.complain("epoch", "must be the number of an epoch as a text");
        request.epoch = epoch.value_or(0);
        request.dry_run = fields.flag_or("dry_run", false);
    } else {
        request.rule = fields.text_or("rule", "");
    }
    if (wants != Wants::resume)
        request.reason = wants == Wants::pause ? fields.text("reason") : fields.text_or("reason", "");
    if (request.reason.size() > longest_reason)
        fields.complain("reason", fmt::format("has more than {} bytes", longest_reason));
    if (wants == Wants::pause && object->contains("reason") && request.reason.empty())
        fields.complain("reason", "must not be empty: others will want to know");
    if (auto complaints = fields.finish_each(); !complaints.empty())
        return wrong_fields(std::move(complaints));
    return request;
}

std::string name_of(std::string const& rule)
{
    return rule.empty() ? "all rules" : "rule " + rule;
}

}  // namespace

Answer list_rule_sets(Call call)
{
    Query query{call.request.query()};
    auto const limit = query.limit();
    auto const after = query.after_number(changes_cursor);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const before = after == 0 ? std::numeric_limits<std::int64_t>::max() : after;
    auto const changes = co_await call.context.services.rules.changes(before, limit);
    json::array items;
    for (auto const& change : changes)
        items.push_back(view_of(change));
    std::optional<std::string> next;
    if (changes.size() == limit)
        next = make_cursor(changes_cursor, std::to_string(changes.back().epoch));
    co_return list_response(std::move(items), next);
}

Answer show_rule_set(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    std::string const name{call.argument};
    auto const current = co_await call.context.services.rules.current();
    auto const epoch = name == "current" ? std::optional{current.epoch} : parse_id(name);
    auto const versions =
        epoch ? co_await call.context.services.rules.at(*epoch) : std::optional<std::vector<domain::RuleVersion>>{};
    if (!versions)
        co_return not_found("set of rules", name);
    json::array rules;
    for (auto const& version : *versions)
        rules.push_back({{"rule", version.rule},
                         {"version", std::to_string(version.id)},
                         {"file", version.file},
                         {"text", version.text.value_or("")}});
    std::optional<domain::RulePause> paused;
    if (current.paused_at)
        paused = domain::RulePause{*current.paused_at, current.paused_by, current.pause_reason};
    co_return json_response(200, {{"epoch", std::to_string(*epoch)},
                                  {"in_force", *epoch == current.epoch},
                                  {"paused", view_of(paused)},
                                  {"rules", std::move(rules)}});
}

Answer rollback_rules(Call call)
{
    auto request = read_request(call.request.body, Wants::rollback);
    if (!request)
        co_return std::unexpected{std::move(request).error()};
    auto const before = co_await call.context.services.rules.current();
    auto const applied = co_await call.context.services.rules.rollback(request->epoch, call.caller.name,
                                                                       request->reason, request->dry_run);
    if (!applied)
        co_return refused(applied.error());
    if (!request->dry_run)
        co_await audit(call, "rules.rolled_back", fmt::format("epoch {}", request->epoch),
                       boost::json::object{{"epoch", std::to_string(before.epoch)}},
                       with_reason(view_of(*applied), request->reason));
    co_return json_response(200, view_of(*applied));
}

Answer pause_rules(Call call)
{
    auto request = read_request(call.request.body, Wants::pause);
    if (!request)
        co_return std::unexpected{std::move(request).error()};
    bool const is_known = co_await call.context.services.rules.pause(request->rule, call.caller.name, request->reason);
    if (!is_known)
        co_return not_found("rule", request->rule);
    co_await audit(call, "rules.paused", name_of(request->rule), nullptr,
                   boost::json::object{{"paused", true}, {"reason", request->reason}});
    co_return json_response(200, {{"paused", true}});
}

Answer resume_rules(Call call)
{
    auto request = read_request(call.request.body, Wants::resume);
    if (!request)
        co_return std::unexpected{std::move(request).error()};
    bool const is_known = co_await call.context.services.rules.resume(request->rule, call.caller.name);
    if (!is_known)
        co_return not_found("rule", request->rule);
    co_await audit(call, "rules.resumed", name_of(request->rule), nullptr, boost::json::object{{"paused", false}});
    co_return json_response(200, {{"paused", false}});
}

}  // namespace api
