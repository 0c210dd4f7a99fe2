#include "provisioning/explanation.hpp"

#include "provisioning/rule_preview.hpp"

#include <algorithm>

namespace provisioning {

namespace {

base::TimePoint time_of(std::int32_t seconds)
{
    return base::TimePoint{std::chrono::seconds{seconds}};
}

/// Brings one explanation together.
class Explainer {
public:
    Explainer(CompiledRules const& compiled, ExplainedDevice const& device, std::string const& path,
              SecretPredicate const& is_secret)
        : compiled_{compiled}, device_{device}, path_{path}, is_secret_{is_secret}
    {
    }

    domain::RulesExplanation make()
    {
        told_.epoch = compiled_.epoch;
        told_.is_paused = compiled_.is_paused;
        told_.paused = compiled_.paused;
        take_rules();
        take_wishes();
        for (auto const& [rule, reason] : device_.all.evaluation.finding.failures)
            told_.failures.push_back({compiled_.rules[rule].rule.name, reason, 1});
        for (auto const& each : device_.quarantined)
            if (each.what.empty() || is_meant(each.what))
                told_.quarantined.push_back(each);
        if (!compiled_.is_paused)
            take_rpcs();
        take_reported();
        return std::move(told_);
    }

private:
    [[nodiscard]] bool is_meant(std::string const& what) const { return what.starts_with(path_); }

    void take_rules()
    {
        auto const& matched = device_.all.evaluation.finding.matched;
        for (unsigned number = 0; number < compiled_.rules.size(); ++number) {
            auto const& name = compiled_.rules[number].rule.name;
            bool const is_matched = std::ranges::find(matched, number) != matched.end();
            (is_matched ? told_.matched : told_.unmatched).push_back(name);
            if (is_matched && is_new_at_event(number))
                told_.awaiting.push_back(name);
        }
    }

    /// Nothing of the rule is in force for the device: its event has not come since.
    [[nodiscard]] bool is_new_at_event(unsigned number) const
    {
        return !device_.is_due[number] && !device_.now.evaluation.after.contains(compiled_.rules[number].rule.name);
    }

    void take_wishes()
    {
        auto const& evaluation = device_.now.evaluation;
        auto const levels = finding_of(compiled_, evaluation.finding.device, evaluation.after);
        for (auto const& wish : wishes_of(levels))
            add(wish.rule, *wish.action, wish.overruled_by, device_.plan);
        for (auto const& wish : device_.plan.verdict.wishes)
            if (!wish.once.empty())
                add(number_of(wish.rule), wish.action, std::nullopt, device_.plan);
        for (auto const& wish : device_.plan_of_all.verdict.wishes)
            if (auto const number = number_of(wish.rule);
                is_new_at_event(number) || (!device_.is_due[number] && !wish.once.empty()))
                add(number, wish.action, std::nullopt, device_.plan_of_all);
    }

    [[nodiscard]] unsigned number_of(std::string const& rule) const
    {
        auto const found = std::ranges::find(compiled_.rules, rule, [](auto const& each) { return each.rule.name; });
        return static_cast<unsigned>(found - compiled_.rules.begin());
    }

    void add(unsigned number, domain::RuleAction const& action, std::optional<unsigned> overruled_by,
             DevicePlan const& plan)
    {
        if (!is_meant(action.path))
            return;
        auto const& rule = compiled_.rules[number].rule;
        domain::ExplainedWish wish{.rule = rule.name,
                                   .version = compiled_.versions[number],
                                   .priority = rule.priority,
                                   .kind = action.kind,
                                   .path = action.path,
                                   .wanted = shown(action, is_secret_),
                                   .known = std::nullopt,
                                   .overruled_by = {}};
        if (auto const made = device_.versions_made.find(rule.name); made != device_.versions_made.end())
            wish.wanted_since = made->second;
        take_known(wish);
        if (overruled_by)
            wish.overruled_by = compiled_.rules[*overruled_by].rule.name;
        else
            take_state(wish, action, plan);
        wish.is_awaiting = &plan == &device_.plan_of_all;
        told_.wishes.push_back(std::move(wish));
    }

    void take_known(domain::ExplainedWish& wish) const
    {
        auto const node = device_.tree.find(wish.path);
        if (wish.kind == "tag")
            wish.known = device_.now.verdict.tags.contains(wish.path) ? "true" : "false";
        else if (node && wish.kind == "notify" && node->notification != datamodel::notification_unknown)
            wish.known = std::to_string(node->notification);
        else if (node && wish.kind == "set" && node->value && !is_secret_(wish.path))
            wish.known = std::string{*node->value};
        if (wish.kind == "set" && node && node->value && node->changed != 0)
            wish.known_since = time_of(node->changed);
    }

    void take_state(domain::ExplainedWish& wish, domain::RuleAction const& action, DevicePlan const& plan) const
    {
        auto const& wishes = plan.verdict.wishes;
        for (std::size_t i = 0; i < wishes.size(); ++i)
            if (wishes[i].rule == wish.rule && wishes[i].action == action)
                wish.state = plan.round.states[i];
        auto const& attempts = device_.now.verdict.attempts;
        auto const tried = std::ranges::find(attempts, domain::attempted_by(action), &domain::RuleAttempt::what);
        if (tried == attempts.end())
            return;
        wish.attempts = tried->times;
        wish.told = tried->told;
        if (wish.state == domain::WishState::waits)
            wish.next_try = domain::next_try(*tried);
    }

    void take_rpcs()
    {
        for (auto& rpc : rpcs_of(device_.plan.round, is_secret_)) {
            bool const had_some = !rpc.about.empty();
            std::erase_if(rpc.about, [&](std::string const& about) {
                return !about.starts_with(path_) && !(about.ends_with('.') && path_.starts_with(about));
            });
            if (path_.empty() || (had_some && !rpc.about.empty()))
                told_.next_session.push_back(std::move(rpc));
        }
    }

    void take_reported()
    {
        auto const node = path_.empty() || path_.ends_with('.') ? std::nullopt : device_.tree.find(path_);
        if (!node)
            return;
        told_.reported = domain::RulesExplanation::Reported{path_, std::nullopt, std::nullopt};
        if (node->value && !is_secret_(path_))
            told_.reported->value = std::string{*node->value};
        if (node->value && node->changed != 0)
            told_.reported->changed = time_of(node->changed);
    }

    CompiledRules const& compiled_;
    ExplainedDevice const& device_;
    std::string const& path_;
    SecretPredicate const& is_secret_;
    domain::RulesExplanation told_;
};

}  // namespace

domain::RulesExplanation explained(CompiledRules const& compiled, ExplainedDevice device, std::string const& path,
                                   SecretPredicate const& is_secret)
{
    return Explainer{compiled, device, path, is_secret}.make();
}

}  // namespace provisioning
