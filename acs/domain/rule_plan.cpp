#include "domain/rule_plan.hpp"

#include "cwmp/fault.hpp"
#include "domain/rule_round.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace domain {

namespace json = boost::json;

namespace {

/// The parameters that a failed write names, with what is wrong with them.
std::map<std::string, std::string> named_faults(std::string const& result)
{
    std::map<std::string, std::string> named;
    boost::system::error_code error;
    auto const parsed = json::parse(result.empty() ? "{}" : result, error);
    auto const* const object = error ? nullptr : parsed.if_object();
    auto const* const faults = object ? object->if_contains("faults") : nullptr;
    if (faults == nullptr || !faults->is_object())
        return named;
    for (auto const& [path, fault] : faults->get_object()) {
        auto const* const detail = fault.if_object();
        auto const* const code = detail ? detail->if_contains("code") : nullptr;
        auto const number = code && code->is_number() ? code->to_number<unsigned>(error) : 0;
        named[std::string{path}] = fmt::format("{} {}", number, cwmp::fault_text(number));
    }
    return named;
}

}  // namespace

RulePlanner::RulePlanner(RuleVerdict verdict, bool is_reset, base::TimePoint started, RuleLimits limits)
    : verdict_{std::move(verdict)}, is_reset_{is_reset}, started_{started}, limits_{limits}, until_{verdict_.until}
{
    kept_attempts_ = verdict_.attempts;
    kept_done_ = verdict_.done;
    if (is_reset_)
        verdict_.attempts.clear();
}

RuleRound RulePlanner::next(datamodel::ParameterTree const& tree, base::TimePoint now)
{
    until_ = verdict_.until;
    auto made = RoundMaker{*this, tree, now}.make();
    std::ranges::move(verdict_.failures, std::back_inserter(made.round.given_up));
    verdict_.failures.clear();
    is_satisfied_ = made.round.is_quiet() && made.round.tags_added.empty() && made.round.tags_removed.empty();
    if (rounds_++ >= limits_.rounds) {
        is_satisfied_ = made.round.is_quiet();
        return {.states = std::move(made.round.states)};
    }
    planned_ = std::move(made.tried);
    return std::move(made.round);
}

void RulePlanner::leave_out(std::set<std::string> const& rules, base::TimePoint until)
{
    left_out_.insert(rules.begin(), rules.end());
    verdict_.until = std::min(verdict_.until, until);
}

void RulePlanner::ordered(std::vector<TaskId> const& tasks)
{
    for (std::size_t i = 0; i < tasks.size(); ++i)
        open_.push_back({tasks[i], i < planned_.size() ? std::move(planned_[i]) : std::vector<std::string>{}});
    planned_.clear();
}

void RulePlanner::settled(TaskUpdate const& update)
{
    auto const found = std::ranges::find(open_, update.id, &Order::id);
    if (found == open_.end() || update.state == TaskState::sent)
        return;
    auto const order = std::move(*found);
    open_.erase(found);
    if (update.state == TaskState::failed)
        refused(order, update);
    if (update.state == TaskState::done)
        for (auto const& what : order.what)
            if (auto* const attempt = find_attempt(what))
                attempt->confirmed = true;
}

/// One that is to blame must not take the others with it.
void RulePlanner::refused(Order const& order, TaskUpdate const& update)
{
    auto const named = named_faults(update.result);
    bool const is_told = std::ranges::any_of(order.what, [&](auto const& what) { return named.contains(what); });
    for (auto const& what : order.what) {
        auto* const attempt = find_attempt(what);
        if (attempt == nullptr)
            continue;
        if (auto const fault = named.find(what); fault != named.end()) {
            attempt->told = fault->second;
        } else if (order.what.size() == 1) {
            attempt->told = update.fault_text;
        } else {
            --attempt->times;
            (is_told ? again_ : alone_).insert(what);
        }
    }
}

void RulePlanner::take_changes(RuleRecord& record)
{
    record.outcomes = std::exchange(verdict_.outcomes, std::nullopt);
    if (verdict_.attempts != kept_attempts_)
        record.attempts = kept_attempts_ = verdict_.attempts;
    if (verdict_.done != kept_done_)
        record.done = kept_done_ = verdict_.done;
}

RuleAttempt* RulePlanner::find_attempt(std::string const& what)
{
    auto const found = std::ranges::find(verdict_.attempts, what, &RuleAttempt::what);
    return found == verdict_.attempts.end() ? nullptr : &*found;
}

}  // namespace domain
