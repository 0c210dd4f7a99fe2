#include "provisioning/rule_preview.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <set>

namespace provisioning {

namespace {

constexpr std::size_t most_samples = 5;
/// Paths that are counted by themselves: a rule may name a different one on every device.
constexpr std::size_t most_changes = 2'000;
constexpr std::string_view other_paths = "(other paths)";

/// Of these only one can be true of a path.
bool excludes_others(std::string_view kind)
{
    return kind == "set" || kind == "notify";
}

std::optional<std::string> value_in(std::span<domain::KnownValue const> known, std::string_view path)
{
    auto const found = std::ranges::find(known, path, &domain::KnownValue::path);
    return found == known.end() ? std::nullopt : found->value;
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
    std::vector<Wish> sorted;
    for (auto const& [rule, action] : finding.actions)
        sorted.push_back({rule, &action, std::nullopt});
    std::ranges::sort(sorted, {}, [](Wish const& wish) {
        return std::tuple{std::string_view{wish.action->path}, std::string_view{wish.action->kind}, wish.rule,
                          wish.action};
    });
    std::vector<Wish> wishes;
    std::size_t first = 0;
    for (auto& wish : sorted) {
        bool const is_same = !wishes.empty() && wishes[first].action->path == wish.action->path &&
                             wishes[first].action->kind == wish.action->kind;
        if (is_same && wish.action->value == wishes[first].action->value && excludes_others(wish.action->kind))
            continue;  // who wants the same contradicts nobody
        if (!is_same)
            first = wishes.size();
        else if (excludes_others(wish.action->kind))
            wish.overruled_by = wishes[first].rule;
        wishes.push_back(wish);
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

std::vector<domain::KnownValue> values_needed(std::span<domain::RuleFinding const> findings,
                                              SecretPredicate const& is_secret)
{
    std::vector<domain::KnownValue> wanted;
    for (auto const& finding : findings) {
        std::set<std::string_view> paths;
        for (auto const& [rule, action] : finding.actions)
            if (action.kind == "set" && !is_secret(action.path) && paths.insert(action.path).second)
                wanted.push_back({finding.device, action.path, std::nullopt});
    }
    return wanted;
}

void PreviewSummary::add(std::span<domain::RuleFinding const> findings, std::span<domain::KnownValue const> known)
{
    for (auto const& finding : findings) {
        auto const is_of_it = [&](domain::KnownValue const& value) { return value.device == finding.device; };
        auto const end = std::ranges::find_if_not(known, is_of_it);
        add(finding, known.first(static_cast<std::size_t>(end - known.begin())));
        known = known.subspan(static_cast<std::size_t>(end - known.begin()));
    }
}

void PreviewSummary::add(domain::RuleFinding const& finding, std::span<domain::KnownValue const> known)
{
    bool is_changed = false;
    bool is_restarted = false;
    for (auto const& wish : wishes_of(finding)) {
        is_changed = take(finding.device, wish, known) || is_changed;
        is_restarted = is_restarted || (!wish.overruled_by && restarts(*wish.action));
    }
    for (auto const& [rule, reason] : finding.failures)
        add_failure(compiled_.rules[rule].rule.name, reason);
    ++preview_.devices;
    preview_.devices_changed += is_changed ? 1 : 0;
    preview_.devices_restarted += is_restarted ? 1 : 0;
}

domain::PreviewedChange& PreviewSummary::change_of(Wish const& wish)
{
    auto const& [kind, path, value, type] = *wish.action;
    auto const found = changes_.find(std::tie(wish.rule, kind, path));
    if (found != changes_.end())
        return found->second;
    auto const shown_path = changes_.size() < most_changes ? path : std::string{other_paths};
    auto& change = changes_[{wish.rule, kind, shown_path}];
    change.rule = compiled_.rules[wish.rule].rule.name;
    change.kind = kind;
    change.path = shown_path;
    return change;
}

/// True when the device would be changed.
bool PreviewSummary::take(domain::DeviceKey device, Wish const& wish, std::span<domain::KnownValue const> known)
{
    auto const& action = *wish.action;
    if (wish.overruled_by) {
        ++conflicts_[{action.path, *wish.overruled_by, wish.rule}];
        return false;
    }
    auto& change = change_of(wish);
    auto const value = action.kind == "set" ? value_in(known, action.path) : std::nullopt;
    if (value && is_in_place(action, *value)) {
        ++change.in_place;
        return false;
    }
    ++change.devices;
    if (change.samples.size() < most_samples)
        change.samples.push_back({device, value.value_or(""), shown(action, is_secret_)});
    return true;
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

domain::RulesExplanation explained(CompiledRules const& compiled, domain::RuleFinding const& finding,
                                   std::span<domain::KnownValue const> known, SecretPredicate const& is_secret)
{
    domain::RulesExplanation explanation;
    explanation.epoch = compiled.epoch;
    explanation.is_paused = compiled.is_paused;
    explanation.paused = compiled.paused;
    for (unsigned number = 0; number < compiled.rules.size(); ++number) {
        bool const matched = std::ranges::find(finding.matched, number) != finding.matched.end();
        (matched ? explanation.matched : explanation.unmatched).push_back(compiled.rules[number].rule.name);
    }
    for (auto const& wish : wishes_of(finding)) {
        auto const& rule = compiled.rules[wish.rule].rule;
        domain::ExplainedWish each{.rule = rule.name,
                                   .version = compiled.versions[wish.rule],
                                   .priority = rule.priority,
                                   .kind = wish.action->kind,
                                   .path = wish.action->path,
                                   .wanted = shown(*wish.action, is_secret)};
        if (wish.overruled_by)
            each.overruled_by = compiled.rules[*wish.overruled_by].rule.name;
        if (each.kind == "set") {
            each.known = value_in(known, each.path);
            each.is_in_place = each.known && is_in_place(*wish.action, *each.known);
        }
        explanation.wishes.push_back(std::move(each));
    }
    for (auto const& [rule, reason] : finding.failures)
        explanation.failures.push_back({compiled.rules[rule].rule.name, reason, 1});
    return explanation;
}

}  // namespace provisioning
