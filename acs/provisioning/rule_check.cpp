#include "provisioning/rule_check.hpp"

#include "provisioning/guard_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace provisioning {

namespace {

using domain::RuleProblem;

RuleProblem problem_at(std::string const& file, domain::PlacedText const& text, GuardError error)
{
    return {file, text.place_of({error.line, error.column}), std::move(error.reason), std::move(error.hint)};
}

/// What an assignment's target is in SQL. Targets hold no quotes.
std::string target_sql(std::string const& target)
{
    bool const is_path = target.starts_with("Device.") || target.starts_with("InternetGatewayDevice.");
    return is_path ? fmt::format("'{}'", target) : fmt::format("acs.setting(device.id, '{}')", target);
}

std::string action_sql(domain::RuleAssignment const& assignment)
{
    return fmt::format("acs.set_value({}, (\n{}\n))", target_sql(assignment.target), assignment.expression);
}

/// One expression must end where it ends, not in ours.
std::optional<RuleProblem> check_alone(std::string const& file, domain::RuleAssignment const& assignment)
try {
    check_balance(assignment.expression, scan_sql(assignment.expression));
    return std::nullopt;
} catch (Refusal& refusal) {
    auto const error = error_of(std::move(refusal), assignment.expression);
    auto const place = assignment.expression_at;
    return RuleProblem{file, {place.line, place.column + error.column - 1}, error.reason, error.hint};
}

base::Result<GuardedBody, RuleProblem> check_assignments(std::string const& file, domain::RuleText const& rule,
                                                         TablePredicate const& may_read)
{
    std::string all;
    for (auto const& assignment : rule.assignments) {
        if (auto problem = check_alone(file, assignment))
            return std::unexpected{std::move(*problem)};
        auto const action = action_sql(assignment);
        auto const alone = guard_body(fmt::format("SELECT device.id, {} FROM acs.device", action), may_read);
        if (!alone) {
            auto const at = assignment.expression_at;
            auto const column = alone.error().line == 2 ? at.column + alone.error().column - 1 : at.column;
            return std::unexpected{RuleProblem{file, {at.line, column}, alone.error().reason, alone.error().hint}};
        }
        all += (all.empty() ? "" : ",\n") + action;
    }
    auto body = guard_body(fmt::format("SELECT device.id, ARRAY[{}] FROM acs.device", all), may_read);
    if (!body)
        return std::unexpected{RuleProblem{file, rule.assignments.front().expression_at, std::move(body.error().reason),
                                           std::move(body.error().hint)}};
    return *std::move(body);
}

/// Pending devices are enrolled and nothing else; others are never enrolled.
std::optional<RuleProblem> check_enrolment(std::string const& file, domain::RuleText const& rule,
                                           GuardedBody const& body)
{
    bool const enrols = std::ranges::find(body.actions, "enrol") != body.actions.end();
    bool const is_alone = enrols && body.actions.size() == 1;
    auto const place = rule.assignments.empty() ? rule.body.lines.front() : rule.assignments.front().target_at;
    if (rule.for_pending && !is_alone)
        return RuleProblem{file, place, "a rule for pending devices does nothing but to enrol them",
                           "Write SELECT device.id, acs.enrol() FROM acs.device; what is set comes from other rules."};
    if (!rule.for_pending && enrols)
        return RuleProblem{file, place, "only a rule for pending devices enrols them",
                           "Add the line -- for: pending to the header."};
    return std::nullopt;
}

}  // namespace

base::Result<CheckedRule, RuleProblem> check_rule(std::string const& file, domain::RuleText rule,
                                                  SecretPredicate const& is_secret, TablePredicate const& may_read)
{
    auto when = guard_condition(rule.when.text.empty() ? "true" : rule.when.text, is_secret);
    if (!when)
        return std::unexpected{problem_at(file, rule.when, std::move(when.error()))};
    if (!rule.assignments.empty()) {
        auto body = check_assignments(file, rule, may_read);
        if (!body)
            return std::unexpected{std::move(body.error())};
        if (auto problem = check_enrolment(file, rule, *body))
            return std::unexpected{std::move(*problem)};
        return CheckedRule{std::move(rule), *std::move(when), *std::move(body)};
    }
    auto body = guard_body(rule.body.text, may_read);
    if (!body)
        return std::unexpected{problem_at(file, rule.body, std::move(body.error()))};
    if (body->actions.empty())
        return std::unexpected{RuleProblem{file, rule.body.lines.front(), "the body calls no action",
                                           "Write acs.set_value(path, value) or another action as a column."}};
    if (auto problem = check_enrolment(file, rule, *body))
        return std::unexpected{std::move(*problem)};
    return CheckedRule{std::move(rule), *std::move(when), *std::move(body)};
}

}  // namespace provisioning
