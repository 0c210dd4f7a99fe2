#include "provisioning/rule_preview.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <functional>
#include <set>

namespace provisioning {

namespace {

constexpr std::size_t most_samples = 5;
/// Paths that are counted by themselves: a rule may name a different one on every device.
constexpr std::size_t most_changes = 2'000;
constexpr std::string_view other_paths = "(other paths)";

/// A wish, and what only one wish can decide: the path of a value, notification or tag, an instance by its keys.
struct SortedWish {
    Wish wish;
    std::string about;
    friend bool operator<(SortedWish const& one, SortedWish const& other)
    {
        return std::tie(one.wish.action->path, one.about, one.wish.rule, *one.wish.action) <
               std::tie(other.wish.action->path, other.about, other.wish.rule, *other.wish.action);
    }
};

std::string about(domain::RuleAction const& action)
{
    bool const is_instance = action.kind == "ensure" || action.kind == "delete";
    return is_instance ? domain::attempted_by(action) : action.kind;
}

/// A device that is told so is out of service for a while.
bool restarts(domain::RuleAction const& action)
{
    auto const& what = action.kind == "task" ? action.path : action.kind;
    return what == "reboot" || what == "factory_reset" || what == "download";
}

/// Masks what stands under the name of a secret, however deep.
void mask(boost::json::value& json, SecretPredicate const& is_secret)
{
    if (auto* const object = json.if_object())
        for (auto& member : *object) {
            if (member.value().is_string() && is_secret({member.key().data(), member.key().size()}))
                member.value() = boost::json::string{masked_secret.data(), masked_secret.size()};
            else
                mask(member.value(), is_secret);
        }
    if (auto* const array = json.if_array())
        for (auto& each : *array)
            mask(each, is_secret);
}

}  // namespace

std::vector<Wish> wishes_of(domain::RuleFinding const& finding)
{
    std::vector<SortedWish> sorted;
    for (auto const& [rule, action] : finding.actions)
        sorted.push_back({{rule, &action, std::nullopt}, about(action)});
    std::ranges::sort(sorted, std::less{});
    std::vector<Wish> wishes;
    SortedWish const* first = nullptr;
    for (auto& each : sorted) {
        auto const& action = *each.wish.action;
        bool const is_same = first != nullptr && first->wish.action->path == action.path && first->about == each.about;
        if (!is_same)
            first = &each;
        else if (action.kind == first->wish.action->kind && action.value == first->wish.action->value &&
                 domain::is_level(action.kind))
            continue;  // who wants the same contradicts nobody
        else if (domain::is_level(action.kind))
            each.wish.overruled_by = first->wish.rule;
        wishes.push_back(each.wish);
    }
    return wishes;
}

std::string shown(domain::RuleAction const& action, SecretPredicate const& is_secret)
{
    if (action.kind == "set" && is_secret(action.path))
        return std::string{masked_secret};
    boost::system::error_code error;
    auto json = boost::json::parse(action.value, error);
    if (error || !json.is_object())
        return action.value;
    mask(json, is_secret);
    return boost::json::serialize(json);
}

namespace {

/// What is true of the device now, as people may see it; "" when it is not known.
std::string known_before(domain::RuleAction const& action, domain::RuleVerdict const& verdict,
                         datamodel::ParameterTree const& tree, SecretPredicate const& is_secret)
{
    if (action.kind == "tag")
        return verdict.tags.contains(action.path) ? "true" : "false";
    auto const node = tree.find(action.path);
    if (!node)
        return "";
    if (action.kind == "notify")
        return node->notification == datamodel::notification_unknown ? "" : std::to_string(node->notification);
    if (action.kind != "set" || !node->value || is_secret(action.path))
        return "";
    return std::string{*node->value};
}

}  // namespace

PreviewSummary::PreviewSummary(CompiledRules const& compiled, SecretPredicate const& is_secret)
    : compiled_{compiled}, is_secret_{is_secret}
{
    for (unsigned i = 0; i < compiled.rules.size(); ++i)
        numbers_.emplace(compiled.rules[i].rule.name, i);
}

void PreviewSummary::add(PlanBasis const& basis, DevicePlan const& plan, datamodel::ParameterTree const& tree)
{
    bool is_changed = false;
    bool is_restarted = false;
    auto const device = basis.evaluation.finding.device;
    for (std::size_t i = 0; i < plan.verdict.wishes.size(); ++i) {
        auto const& wish = plan.verdict.wishes[i];
        bool const changes = take(device, wish, plan.round.states[i],
                                  {device, known_before(wish.action, plan.verdict, tree, is_secret_), ""});
        is_changed = is_changed || changes;
        is_restarted = is_restarted || (changes && restarts(wish.action));
    }
    add_conflicts(basis);
    for (auto const& [rule, reason] : basis.evaluation.finding.failures)
        add_failure(compiled_.rules[rule].rule.name, reason);
    ++preview_.devices;
    preview_.devices_changed += is_changed ? 1 : 0;
    preview_.devices_restarted += is_restarted ? 1 : 0;
}

void PreviewSummary::add_pending(domain::RuleFinding const& finding)
{
    std::set<unsigned> rules;
    for (auto const& [rule, action] : finding.actions)
        if (compiled_.rules[rule].rule.for_pending && rules.insert(rule).second)
            take(finding.device, {compiled_.rules[rule].rule.name, action}, domain::WishState::wanted,
                 {finding.device, "pending", ""});
    for (auto const& [rule, reason] : finding.failures)
        if (compiled_.rules[rule].rule.for_pending)
            add_failure(compiled_.rules[rule].rule.name, reason);
    ++preview_.devices;
    preview_.devices_changed += rules.empty() ? 0 : 1;
}

void PreviewSummary::add_conflicts(PlanBasis const& basis)
{
    auto const wanted = finding_of(compiled_, basis.evaluation.finding.device, basis.evaluation.after);
    for (auto const& wish : wishes_of(wanted))
        if (wish.overruled_by)
            ++conflicts_[{wish.action->path, *wish.overruled_by, wish.rule}];
}

domain::PreviewedChange& PreviewSummary::change_of(domain::DeviceWish const& wish)
{
    auto const rule = numbers_.at(wish.rule);
    auto const& [kind, path, value, type] = wish.action;
    auto const found = changes_.find(std::tie(rule, kind, path));
    if (found != changes_.end())
        return found->second;
    auto const shown_path = changes_.size() < most_changes ? path : std::string{other_paths};
    auto& change = changes_[{rule, kind, shown_path}];
    change.rule = wish.rule;
    change.kind = kind;
    change.path = shown_path;
    return change;
}

/// True when the device would be changed.
bool PreviewSummary::take(domain::DeviceKey device, domain::DeviceWish const& wish, domain::WishState state,
                          domain::PreviewedChange::Sample sample)
{
    using enum domain::WishState;
    auto& change = change_of(wish);
    bool const is_change = state == wanted || state == unknown;
    change.in_place += state == in_place ? 1 : 0;
    change.waiting += state == waits ? 1 : 0;
    change.given_up += state == given_up ? 1 : 0;
    change.devices += is_change ? 1 : 0;
    if (is_change && change.samples.size() < most_samples) {
        sample.device = device;
        sample.to = shown(wish.action, is_secret_);
        change.samples.push_back(std::move(sample));
    }
    return is_change;
}

domain::RulesPreview PreviewSummary::finish()
{
    auto const name = [this](unsigned rule) { return compiled_.rules[rule].rule.name; };
    for (auto& [key, change] : changes_)
        preview_.changes.push_back(std::move(change));
    for (auto const& [key, devices] : conflicts_)
        preview_.conflicts.push_back({std::get<0>(key), name(std::get<1>(key)), name(std::get<2>(key)), devices});
    for (auto const& [key, devices] : failures_)
        preview_.failures.push_back({key.first, key.second, devices});
    return std::move(preview_);
}

}  // namespace provisioning
