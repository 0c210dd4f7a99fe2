#include "provisioning/fleet_preview.hpp"

#include "cwmp/path.hpp"

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

namespace provisioning {

namespace {

using std::chrono::steady_clock;

/// Devices that are looked at in one statement: first few, because nobody knows yet how slow the rules are, and more
/// while they come back fast and small.
constexpr unsigned first_chunk = 100;
constexpr unsigned largest_chunk = 6'400;
constexpr unsigned growth = 4;
constexpr std::chrono::milliseconds fast{400};
constexpr std::chrono::milliseconds slow{1'500};
constexpr std::size_t few_bytes = 4 * 1024 * 1024;
/// Devices that wait to be let in and are looked at; by default more may not wait.
constexpr unsigned most_pending = 10'000;
/// Whole trees in memory at a time.
constexpr std::size_t most_trees = 64;
/// After so long the person is told how far it is.
constexpr std::chrono::seconds time_for_one_answer{2};

unsigned next_chunk(unsigned chunk, steady_clock::duration took, std::size_t bytes)
{
    if (took < fast && bytes < few_bytes)
        return std::min(chunk * growth, largest_chunk);
    return took > slow || bytes > few_bytes * growth ? std::max(chunk / growth, first_chunk) : chunk;
}

/// Rules for active devices, or those for pending ones.
std::vector<bool> rules_for(CompiledRules const& compiled, bool pending)
{
    std::vector<bool> meant;
    for (auto const& rule : compiled.rules)
        meant.push_back(rule.rule.for_pending == pending);
    return meant;
}

std::vector<domain::RuleMember> members_of(std::vector<domain::DeviceKey> const& devices, std::vector<bool> const& due)
{
    std::vector<domain::RuleMember> members;
    members.reserve(devices.size());
    for (auto const device : devices)
        members.push_back({device, due});
    return members;
}

/// Whether two spellings are one value may depend on the type that only the device's tree tells.
bool depends_on_type(domain::RuleAction const& action, std::string_view told)
{
    bool const is_same = domain::is_in_place(action, told);
    for (auto type = 0; type <= static_cast<int>(cwmp::ValueType::decimal); ++type)
        if (domain::is_in_place(action, told, static_cast<cwmp::ValueType>(type)) != is_same)
            return true;
    return false;
}

std::size_t size_of(std::span<domain::RuleFinding const> findings)
{
    std::size_t bytes = 0;
    for (auto const& finding : findings)
        for (auto const& [rule, action] : finding.actions)
            bytes += action.path.size() + action.value.size();
    return bytes;
}

}  // namespace

base::Awaitable<domain::RulesPreview> FleetPreview::run(domain::DeviceKey after, unsigned limit)
{
    auto const begin = steady_clock::now();
    unsigned left = limit;
    std::optional<domain::DeviceKey> next = after;
    for (auto chunk = first_chunk; left > 0 && next && steady_clock::now() - begin < time_for_one_answer;) {
        auto const began = steady_clock::now();
        auto const asked = std::min(chunk, left);
        auto devices = co_await store_.devices(*next, asked);
        left -= static_cast<unsigned>(devices.size());
        next = devices.size() < asked ? std::nullopt : std::optional{devices.back()};
        co_await look_at(std::move(devices));
        chunk = next_chunk(chunk, steady_clock::now() - began, bytes_);
    }
    if (!next)
        co_await look_at_pending();
    auto preview = summary_.finish();
    preview.next = next;
    if (after.value() == 0)
        preview.fleet = co_await store_.count_devices();
    co_return preview;
}

/// Once, after the devices in service: how many of those that wait would be let in.
base::Awaitable<void> FleetPreview::look_at_pending()
{
    auto const meant = rules_for(compiled_, true);
    if (std::ranges::find(meant, true) == meant.end())
        co_return;
    auto devices = co_await store_.pending_devices(domain::DeviceKey{0}, most_pending);
    if (where_)
        devices = co_await chosen(std::move(devices));
    for (auto const& finding : co_await store_.evaluate(compiled_.statements, members_of(devices, meant)))
        summary_.add_pending(finding);
}

base::Awaitable<void> FleetPreview::look_at(std::vector<domain::DeviceKey> devices)
{
    if (where_)
        devices = co_await chosen(std::move(devices));
    auto findings = co_await store_.evaluate(compiled_.statements, members_of(devices, rules_for(compiled_, false)));
    bytes_ = size_of(findings);
    auto members = co_await members_with_values(std::move(findings));
    std::vector<Member> slice;
    for (auto& member : members) {
        ask_more(member);
        bool const is_whole = std::ranges::any_of(member.question.paths, cwmp::is_partial);
        slice.push_back(std::move(member));
        trees_ += is_whole ? 1 : 0;
        if (trees_ >= most_trees)
            co_await plan(std::exchange(slice, {}));
    }
    co_await plan(std::move(slice));
}

/// The values of parameters that would be set come from the promoted copies where there are any.
base::Awaitable<std::vector<FleetPreview::Member>>
FleetPreview::members_with_values(std::vector<domain::RuleFinding> findings)
{
    std::vector<domain::DeviceKey> devices;
    for (auto const& finding : findings)
        devices.push_back(finding.device);
    auto kept = co_await store_.kept(devices);
    auto const all = rules_for(compiled_, false);
    std::vector<Member> members;
    std::vector<domain::KnownValue> wanted;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        members.push_back({.basis = basis_of(compiled_, std::move(kept[i]), std::move(findings[i]), all, clock_.now()),
                           .values = {},
                           .question = {devices[i], {}}});
        for (auto const& wish : members.back().basis.verdict.wishes)
            if (wish.action.kind == "set" && !is_secret_(wish.action.path))
                wanted.push_back({devices[i], wish.action.path, std::nullopt});
    }
    known_ = co_await store_.known(std::move(wanted));
    auto next = known_.begin();
    for (auto& member : members)
        for (; next != known_.end() && next->device == member.question.device; ++next)
            if (next->value) {
                datamodel::Node node;
                node.path = next->path;
                node.value = *next->value;
                member.values.push_back(node);
            }
    co_return members;
}

/// Secrets, notifications, tables, and values whose likeness depends on the parameter's type.
void FleetPreview::ask_more(Member& member) const
{
    auto const tree = datamodel::ParameterTree::of(member.values);
    for (auto const& wish : member.basis.verdict.wishes) {
        auto const& [kind, path, value, type] = wish.action;
        bool const is_told_by_values =
            kind == "set" && !is_secret_(path) && !depends_on_type(wish.action, tree.value(path).value_or(value));
        bool const is_about_device = kind == "set" || kind == "notify" || kind == "ensure" || kind == "delete";
        if (is_about_device && !is_told_by_values)
            member.question.paths.push_back(path);
    }
}

base::Awaitable<void> FleetPreview::plan(std::vector<Member> members)
{
    trees_ = 0;
    std::vector<domain::TreeQuestion> questions;
    for (auto const& member : members)
        if (!member.question.paths.empty())
            questions.push_back(member.question);
    auto trees =
        questions.empty() ? std::vector<datamodel::ParameterTree>{} : co_await store_.trees(std::move(questions));
    auto next = trees.begin();
    for (auto& member : members) {
        auto nodes = std::move(member.values);
        if (!member.question.paths.empty()) {
            nodes.insert(nodes.end(), next->begin(), next->end());
            ++next;
        }
        auto const tree = datamodel::ParameterTree::of(std::move(nodes));
        summary_.add(member.basis, plan_of(member.basis.verdict, tree, clock_.now()), tree);
    }
}

/// Those for which `where_` holds.
base::Awaitable<std::vector<domain::DeviceKey>> FleetPreview::chosen(std::vector<domain::DeviceKey> devices)
{
    std::vector<domain::DeviceKey> matched;
    for (auto const& finding : co_await store_.evaluate(where_, members_of(devices, {}))) {
        if (!finding.matched.empty())
            matched.push_back(finding.device);
        for (auto const& [zero, reason] : finding.failures)
            summary_.add_failure("where", reason);
    }
    co_return matched;
}

}  // namespace provisioning
