#include "provisioning/rule_runner.hpp"

#include "base/log.hpp"
#include "domain/json_read.hpp"
#include "provisioning/verdict.hpp"

#include <boost/asio/steady_timer.hpp>

#include <exception>

namespace provisioning {

base::Awaitable<RuleRunner::Evaluation> RuleRunner::look_at(std::shared_ptr<CompiledRules const> compiled,
                                                            domain::DeviceKey device, std::vector<std::string> events)
{
    Evaluation evaluation;
    evaluation.kept = co_await store_.load(device);
    evaluation.before = domain::object_of(evaluation.kept.outcomes);
    auto const now = clock_.now();
    domain::RuleMember member{device, due_rules(*compiled, evaluation.before, events, now)};
    brakes_.apply(*compiled, member.is_due);
    for (std::size_t i = 0; i < compiled->rules.size(); ++i)
        if (evaluation.kept.given_up.contains({compiled->rules[i].rule.name, ""}))
            member.is_due[i] = false;
    evaluation.finding = co_await store_.evaluate(compiled->statements, member);
    brakes_.learn(*compiled, member.is_due, evaluation.finding);
    evaluation.after = merged(*compiled, evaluation.before, member, evaluation.finding, now);
    co_return evaluation;
}

base::Awaitable<domain::RuleVerdict> RuleRunner::evaluate(domain::DeviceKey device, std::vector<std::string> events)
{
    auto const compiled = rules_.load();
    if (!compiled || compiled->is_paused)
        co_return domain::RuleVerdict{};
    auto evaluation = co_await look_at(compiled, device, std::move(events));
    co_return verdict_of(*compiled, device, std::move(evaluation), clock_.now());
}

base::Awaitable<std::set<std::string>> RuleRunner::spend(std::set<std::string> rules)
{
    std::map<std::string, unsigned> budgets;
    if (auto const compiled = rules_.load())
        for (auto const& rule : compiled->rules)
            if (rules.contains(rule.rule.name))
                budgets[rule.rule.name] = rule.rule.budget;
    return store_.spend(std::move(budgets));
}

base::Awaitable<std::optional<std::vector<domain::TaskId>>> RuleRunner::save(domain::RuleRecord record)
{
    return store_.save(std::move(record));
}

base::Awaitable<void> RuleRunner::mark_due(domain::DeviceKey device)
{
    return store_.mark_due(device);
}

base::Awaitable<void> RuleRunner::refresh()
{
    auto const rules = co_await book_.compiled();
    rules_ = rules;
    epoch_ = rules->is_paused ? 0 : rules->epoch;
}

base::Awaitable<void> RuleRunner::follow(std::chrono::milliseconds pause)
{
    boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                      base::Executor>
        timer{co_await boost::asio::this_coro::executor};
    bool failed = false;
    for (;;) {
        std::string problem;
        try {
            co_await refresh();
        } catch (std::exception const& failure) {
            problem = failure.what();
        }
        if (!problem.empty() && !std::exchange(failed, true))
            base::log::warning("rules.not_followed", {{"cause", problem}});
        failed = !problem.empty();
        timer.expires_after(pause);
        co_await timer.async_wait(base::use_awaitable);
    }
}

}  // namespace provisioning
