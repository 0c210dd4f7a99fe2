#include "provisioning/rule_sweeper.hpp"

#include "base/log.hpp"
#include "domain/json_read.hpp"
#include "domain/rule_plan.hpp"
#include "provisioning/outcome_change.hpp"
#include "provisioning/verdict.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <exception>
#include <unordered_map>
#include <utility>

namespace provisioning {

namespace {

using domain::DeviceKey;
using std::chrono::steady_clock;
using Timer = boost::asio::basic_waitable_timer<steady_clock, boost::asio::wait_traits<steady_clock>, base::Executor>;

/// A part that took longer, or less, than this makes the next one smaller, or larger.
constexpr std::chrono::milliseconds slow{1'000};
constexpr std::chrono::milliseconds fast{250};
constexpr unsigned smallest_chunk = 50;
/// After a failure.
constexpr std::chrono::seconds rest{5};

/// It may want something else although the device told nothing.
bool is_changing(CheckedRule const& rule)
{
    auto const is_foreign = [](std::string const& table) { return !table.starts_with("acs."); };
    return !rule.rule.for_pending &&
           (rule.when.time_dependent || rule.body.reads_clock || std::ranges::any_of(rule.body.tables, is_foreign));
}

std::vector<bool> chosen_rules(CompiledRules const& compiled, bool all)
{
    std::vector<bool> chosen;
    for (auto const& rule : compiled.rules)
        chosen.push_back(all || is_changing(rule));
    return chosen;
}

bool is_any(std::vector<bool> const& flags)
{
    return std::ranges::find(flags, true) != flags.end();
}

/// Rules of the wishes that are worth a visit.
std::set<std::string> rules_to_wake_for(domain::RuleVerdict const& verdict, OutcomeChange const& change)
{
    std::set<std::string> rules;
    for (auto const& wish : verdict.wishes) {
        bool const is_given_up = verdict.given_up.contains({wish.rule, domain::attempted_by(wish.action)});
        if (!is_given_up && (!wish.once.empty() || change.is_new(wish.action)))
            rules.insert(wish.rule);
    }
    return rules;
}

}  // namespace

RuleSweeper::RuleSweeper(Parts parts, SweepSettings settings)
    : parts_{parts},
      settings_{settings},
      brakes_{parts.clock},
      chunk_{settings.chunk},
      swept_{parts.metrics.counter("acs_rules_swept_total", "Devices that the sweep looked at.")},
      marked_{parts.metrics.counter("acs_rules_marked_total", "Devices that the sweep found to want something else.")},
      touched_{parts.metrics.counter("acs_rules_touched_total", "Devices that acs.touch() was called for.")}
{
}

base::Awaitable<void> RuleSweeper::run()
{
    Timer timer{co_await boost::asio::this_coro::executor};
    bool has_failed = false;
    for (;;) {
        auto const began = steady_clock::now();
        bool has_more = false;
        std::string problem;
        try {
            has_more = co_await step();
        } catch (std::exception const& failure) {
            problem = failure.what();
        }
        if (!problem.empty() && !std::exchange(has_failed, true))
            base::log::warning("rules.not_swept", {{"cause", problem}});
        has_failed = !problem.empty();
        auto const took = steady_clock::now() - began;
        adapt(took);
        auto const pause = took * (settings_.share - 1);
        timer.expires_after(has_failed ? std::max<steady_clock::duration>(pause, rest)
                            : has_more ? pause
                                       : std::max<steady_clock::duration>(pause, settings_.tick));
        co_await timer.async_wait(base::use_awaitable);
    }
}

void RuleSweeper::adapt(steady_clock::duration took)
{
    if (took > slow)
        chunk_ = std::max(chunk_ / 2, std::min(smallest_chunk, settings_.chunk));
    else if (took < fast)
        chunk_ = std::min(chunk_ * 2, settings_.chunk);
}

base::Awaitable<bool> RuleSweeper::step()
{
    auto const compiled = parts_.runner.rules();
    if (!compiled)
        co_return false;
    bool const are_more_touched = co_await take_touches(compiled);
    bool const is_more_to_sweep = !compiled->is_paused && co_await sweep(compiled);
    co_return are_more_touched || is_more_to_sweep;
}

/// Marked they are in any case; who wants something else is woken.
base::Awaitable<bool> RuleSweeper::take_touches(Rules compiled)
{
    auto const touched = co_await parts_.store.take_touched(settings_.touches);
    touched_.add(touched.size());
    if (compiled->is_paused || compiled->rules.empty())
        co_return !touched.empty();
    for (std::size_t first = 0; first < touched.size(); first += chunk_) {
        auto const last = std::min<std::size_t>(first + chunk_, touched.size());
        std::vector<DeviceKey> part{touched.begin() + static_cast<std::ptrdiff_t>(first),
                                    touched.begin() + static_cast<std::ptrdiff_t>(last)};
        auto devices = co_await parts_.store.load(std::move(part));
        auto changes = co_await compare(compiled, chosen_rules(*compiled, true), std::move(devices));
        co_await wake(compiled, std::move(changes.to_wake));
    }
    co_return !touched.empty();
}

base::Awaitable<bool> RuleSweeper::sweep(Rules compiled)
{
    auto const turn = co_await parts_.store.take({.node = settings_.node,
                                                  .epoch = compiled->epoch,
                                                  .has_changing = is_any(chosen_rules(*compiled, false)),
                                                  .interval = settings_.interval,
                                                  .lease = settings_.lease});
    if (!turn)
        co_return false;
    domain::SweepPart part{.node = settings_.node, .epoch = compiled->epoch, .after = turn->after};
    if (is_any(chosen_rules(*compiled, turn->is_whole))) {
        auto const asked = chunk_;
        auto devices = co_await parts_.store.next(turn->after, asked);
        part.devices = devices.size();
        if (devices.size() == asked)
            part.last = devices.back().device;
        part.changed = co_await look_at_part(compiled, *turn, std::move(devices));
    }
    bool const is_last = !part.last;
    swept_.add(part.devices);
    auto const summary = co_await parts_.store.advance(part);
    if (summary)
        base::log::info("rules.swept", {{"epoch", compiled->epoch},
                                        {"rules", turn->is_whole ? "all" : "changing"},
                                        {"devices", summary->devices},
                                        {"changed", summary->changed},
                                        {"seconds", summary->took.count()}});
    co_return !is_last;
}

/// How many of them changed. A device that was marked before was woken before: only new rules wake it again.
base::Awaitable<std::size_t> RuleSweeper::look_at_part(Rules compiled, domain::SweepTurn turn,
                                                       std::vector<domain::SweptDevice> devices)
{
    auto changes = co_await compare(compiled, chosen_rules(*compiled, turn.is_whole), std::move(devices));
    auto const count = changes.changed.size();
    if (count == 0)
        co_return 0;
    auto const marked = co_await parts_.store.mark(std::move(changes.changed));
    marked_.add(marked.size());
    if (!turn.is_whole)
        std::erase_if(changes.to_wake, [&](auto const& entry) { return !marked.contains(entry.first); });
    co_await wake(compiled, std::move(changes.to_wake));
    co_return count;
}

base::Awaitable<RuleSweeper::Changes> RuleSweeper::compare(Rules compiled, std::vector<bool> chosen,
                                                           std::vector<domain::SweptDevice> devices)
{
    auto const now = parts_.clock.now();
    std::vector<domain::RuleMember> members;
    std::unordered_map<DeviceKey, std::pair<domain::RuleMember, RuleRunner::Evaluation>> evaluations;
    for (auto& [device, kept] : devices) {
        auto before = domain::object_of(kept.outcomes);
        domain::RuleMember member{device, due_rules(*compiled, before, {}, now)};
        brakes_.apply(*compiled, member.is_due);
        for (std::size_t i = 0; i < chosen.size(); ++i)
            if (!chosen[i] || kept.given_up.contains({compiled->rules[i].rule.name, ""}))
                member.is_due[i] = false;
        members.push_back(member);
        evaluations.emplace(
            device, std::pair{std::move(member), RuleRunner::Evaluation{std::move(kept), {}, std::move(before), {}}});
    }
    Changes changes;
    if (members.empty())
        co_return changes;
    for (auto& finding : co_await parts_.rules.evaluate(compiled->statements, std::move(members))) {
        auto const found = evaluations.find(finding.device);
        if (found == evaluations.end())
            continue;
        auto& [member, evaluation] = found->second;
        auto const device = finding.device;
        brakes_.learn(*compiled, member.is_due, finding);
        evaluation.after = merged(*compiled, evaluation.before, member, finding, now);
        evaluation.finding = std::move(finding);
        OutcomeChange const change{evaluation.before, evaluation.after};
        auto rules = rules_to_wake_for(verdict_of(*compiled, device, std::move(evaluation), now), change);
        if (change.is_any() || !rules.empty())
            changes.changed.push_back(device);
        if (!rules.empty())
            changes.to_wake.emplace(device, std::move(rules));
    }
    co_return changes;
}

/// As many as the budgets of this hour let change.
base::Awaitable<void> RuleSweeper::wake(Rules compiled, std::map<DeviceKey, std::set<std::string>> devices)
{
    if (devices.empty())
        co_return;
    auto const used = co_await parts_.store.budgets_used();
    auto const hour = std::chrono::floor<std::chrono::hours>(parts_.clock.now());
    if (std::exchange(hour_, hour) != hour)
        woken_.clear();
    for (auto const& [device, rules] : devices)
        if (has_budget(*compiled, used, rules) && parts_.wakes.add(device))
            for (auto const& rule : rules)
                ++woken_[rule];
}

/// A device is worth waking when one of its rules may change it.
bool RuleSweeper::has_budget(CompiledRules const& compiled, std::map<std::string, std::uint64_t> const& used,
                             std::set<std::string> const& rules)
{
    return std::ranges::any_of(compiled.rules, [&](CheckedRule const& rule) {
        auto const& name = rule.rule.name;
        auto const spent = used.find(name);
        return rules.contains(name) && woken_[name] < rule.rule.budget &&
               (spent == used.end() || spent->second < rule.rule.budget);
    });
}

}  // namespace provisioning
