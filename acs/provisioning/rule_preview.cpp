#include "provisioning/rule_preview.hpp"

#include "datamodel/value.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace provisioning {

namespace {

constexpr std::size_t most_samples = 5;

/// Of these only one can be true of a path.
bool excludes_others(std::string_view kind)
{
    return kind == "set" || kind == "notify";
}

using ValueKey = std::pair<std::int64_t, std::string_view>;

std::map<ValueKey, domain::KnownValue const*> index_of(std::span<domain::KnownValue const> known)
{
    std::map<ValueKey, domain::KnownValue const*> index;
    for (auto const& value : known)
        index.emplace(ValueKey{value.device.value(), value.path}, &value);
    return index;
}

std::optional<std::string> value_in(std::map<ValueKey, domain::KnownValue const*> const& index,
                                    domain::DeviceKey device, std::string const& path)
{
    auto const found = index.find({device.value(), path});
    return found == index.end() ? std::nullopt : found->second->value;
}

cwmp::ValueType type_of(std::string_view sql_type)
{
    using enum cwmp::ValueType;
    if (sql_type == "boolean")
        return boolean;
    if (sql_type == "smallint" || sql_type == "integer" || sql_type == "bigint")
        return long_;
    if (sql_type == "numeric" || sql_type == "real" || sql_type == "double precision")
        return decimal;
    if (sql_type.starts_with("timestamp") || sql_type == "date")
        return date_time;
    return string;
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

/// Gathers the counts of a preview.
class Summary {
public:
    Summary(CompiledRules const& compiled, SecretPredicate const& is_secret)
        : compiled_{compiled}, is_secret_{is_secret}
    {
    }

    void add(domain::RuleFinding const& finding, std::map<ValueKey, domain::KnownValue const*> const& known)
    {
        bool changed = false;
        for (auto const& wish : wishes_of(finding))
            changed = take(finding.device, wish, known) || changed;
        for (auto const& [rule, reason] : finding.failures)
            ++failures_[{rule, reason}];
        ++preview_.devices;
        preview_.devices_changed += changed ? 1 : 0;
    }

    domain::RulesPreview finish()
    {
        for (auto& [key, change] : changes_)
            preview_.changes.push_back(std::move(change));
        for (auto const& [key, devices] : conflicts_)
            preview_.conflicts.push_back({std::get<0>(key), name(std::get<1>(key)), name(std::get<2>(key)), devices});
        for (auto const& [key, devices] : failures_)
            preview_.failures.push_back({name(key.first), key.second, devices});
        return std::move(preview_);
    }

private:
    [[nodiscard]] std::string const& name(unsigned rule) const { return compiled_.rules[rule].rule.name; }

    /// True when the device would be changed.
    bool take(domain::DeviceKey device, Wish const& wish, std::map<ValueKey, domain::KnownValue const*> const& known)
    {
        auto const& action = *wish.action;
        if (wish.overruled_by) {
            ++conflicts_[{action.path, *wish.overruled_by, wish.rule}];
            return false;
        }
        auto& change = changes_[{wish.rule, action.kind, action.path}];
        change.rule = name(wish.rule);
        change.kind = action.kind;
        change.path = action.path;
        auto const value = action.kind == "set" ? value_in(known, device, action.path) : std::nullopt;
        if (value && is_in_place(action, *value)) {
            ++change.in_place;
            return false;
        }
        ++change.devices;
        if (change.samples.size() < most_samples)
            change.samples.push_back({device, value.value_or(""), shown(action, is_secret_)});
        return true;
    }

    CompiledRules const& compiled_;
    SecretPredicate const& is_secret_;
    domain::RulesPreview preview_;
    std::map<std::tuple<unsigned, std::string, std::string>, domain::PreviewedChange> changes_;
    std::map<std::tuple<std::string, unsigned, unsigned>, std::size_t> conflicts_;
    std::map<std::pair<unsigned, std::string>, std::size_t> failures_;
};

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

bool is_in_place(domain::RuleAction const& wanted, std::string_view known)
{
    return datamodel::same_value(wanted.value, known, type_of(wanted.type));
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

domain::RulesPreview summarized(CompiledRules const& compiled, std::span<domain::RuleFinding const> findings,
                                std::span<domain::KnownValue const> known, SecretPredicate const& is_secret)
{
    Summary summary{compiled, is_secret};
    auto const index = index_of(known);
    for (auto const& finding : findings)
        summary.add(finding, index);
    return summary.finish();
}

domain::RulesExplanation explained(CompiledRules const& compiled, domain::RuleFinding const& finding,
                                   std::span<domain::KnownValue const> known, SecretPredicate const& is_secret)
{
    domain::RulesExplanation explanation;
    explanation.epoch = compiled.epoch;
    explanation.is_paused = compiled.is_paused;
    for (unsigned number = 0; number < compiled.rules.size(); ++number) {
        bool const matched = std::ranges::find(finding.matched, number) != finding.matched.end();
        (matched ? explanation.matched : explanation.unmatched).push_back(compiled.rules[number].rule.name);
    }
    auto const index = index_of(known);
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
            each.known = value_in(index, finding.device, each.path);
            each.is_in_place = each.known && is_in_place(*wish.action, *each.known);
        }
        explanation.wishes.push_back(std::move(each));
    }
    for (auto const& [rule, reason] : finding.failures)
        explanation.failures.push_back({compiled.rules[rule].rule.name, reason, 1});
    return explanation;
}

}  // namespace provisioning
