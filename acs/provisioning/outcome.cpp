#include "provisioning/outcome.hpp"

#include "domain/json_read.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace provisioning {

namespace json = boost::json;
using domain::number_in;
using domain::text_in;

namespace {

/// The value of an instance's action is kept as the object that it is, so that secrets in it are seen as such.
json::object json_of(domain::RuleAction const& action)
{
    json::object object{{"kind", action.kind}, {"path", action.path}, {"type", action.type}};
    bool const is_instance = action.kind == "ensure" || action.kind == "delete";
    if (is_instance)
        object["value"] = domain::object_of(action.value);
    else
        object["value"] = action.value;
    return object;
}

domain::RuleAction action_of(json::object const& object)
{
    domain::RuleAction action{text_in(object, "kind"), text_in(object, "path"), text_in(object, "value"),
                              text_in(object, "type")};
    if (auto const* const value = object.if_contains("value"); value && value->is_object())
        action.value = json::serialize(*value);
    return action;
}

json::object const* outcome_of(Outcomes const& outcomes, std::string const& rule)
{
    auto const* const kept = outcomes.if_contains(rule);
    return kept ? kept->if_object() : nullptr;
}

}  // namespace

std::vector<bool> due_rules(CompiledRules const& compiled, Outcomes const& kept, std::vector<std::string> const& events,
                            base::TimePoint now)
{
    std::vector<bool> due;
    for (std::size_t i = 0; i < compiled.rules.size(); ++i) {
        auto const& rule = compiled.rules[i].rule;
        auto const is_told = [&](std::string const& event) {
            return std::ranges::find(rule.on, event) != rule.on.end();
        };
        auto const* const outcome = outcome_of(kept, rule.name);
        bool const is_old =
            outcome != nullptr && (number_in(*outcome, "v") != compiled.versions[i] ||
                                   number_in(*outcome, "t") + rule.max_age.count() <= base::seconds_since_1970(now));
        due.push_back(!rule.for_pending && (rule.on.empty() || is_old || std::ranges::any_of(events, is_told)));
    }
    return due;
}

Outcomes merged(CompiledRules const& compiled, Outcomes const& kept, domain::RuleMember const& member,
                domain::RuleFinding const& finding, base::TimePoint now)
{
    Outcomes outcomes;
    for (unsigned i = 0; i < compiled.rules.size(); ++i) {
        auto const& rule = compiled.rules[i].rule;
        if (!member.is_due[i] || finding.failures.contains(i)) {
            if (auto const* const same = outcome_of(kept, rule.name))
                outcomes[rule.name] = *same;
            continue;
        }
        json::array actions;
        for (auto const& [number, action] : finding.actions)
            if (number == i && domain::is_level(action.kind))
                actions.push_back(json_of(action));
        if (actions.empty())
            continue;
        json::object outcome{{"v", compiled.versions[i]}, {"a", std::move(actions)}};
        if (!rule.on.empty())
            outcome["t"] = base::seconds_since_1970(now);
        outcomes[rule.name] = std::move(outcome);
    }
    for (auto const& rule : compiled.paused)
        if (auto const* const same = outcome_of(kept, rule))
            outcomes[rule] = *same;
    return outcomes;
}

std::vector<domain::RuleAction> actions_of(json::value const& entry)
{
    std::vector<domain::RuleAction> wanted;
    auto const* const outcome = entry.if_object();
    auto const* const actions = outcome ? outcome->if_contains("a") : nullptr;
    if (actions && actions->is_array())
        for (auto const& action : actions->get_array())
            if (action.is_object())
                wanted.push_back(action_of(action.get_object()));
    return wanted;
}

domain::RuleFinding finding_of(CompiledRules const& compiled, domain::DeviceKey device, Outcomes const& outcomes)
{
    domain::RuleFinding finding{device, {}, {}, {}};
    for (unsigned i = 0; i < compiled.rules.size(); ++i)
        if (auto const* const entry = outcomes.if_contains(compiled.rules[i].rule.name))
            for (auto& action : actions_of(*entry))
                finding.actions.emplace_back(i, std::move(action));
    return finding;
}

}  // namespace provisioning
