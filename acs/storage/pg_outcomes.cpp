#include "storage/pg_outcomes.hpp"

#include "storage/array_text.hpp"
#include "storage/outcome_json.hpp"
#include "storage/sealed_json.hpp"
#include "storage/task_columns.hpp"

namespace storage {

PgOutcomes::PgOutcomes(SessionParts parts, BatchQueue& rules) : parts_{parts}, rules_{rules}, loads_{parts.sealer}
{
    parts_.queue.add(loads_);
    parts_.queue.add(saves_);
    parts_.queue.add(marks_);
    parts_.queue.add(spends_);
    rules_.add(evaluations_);
}

base::Awaitable<domain::KeptOutcome> PgOutcomes::load(domain::DeviceKey device)
{
    auto const asked = std::make_shared<LoadOutcomeRequest>(device.value());
    asked->key = device.value();
    co_return co_await parts_.queue.ask(loads_, asked);
}

base::Awaitable<domain::RuleFinding> PgOutcomes::evaluate(std::shared_ptr<domain::RuleStatements const> statements,
                                                          domain::RuleMember member)
{
    auto const key = member.device.value();
    auto const asked = std::make_shared<EvaluateRequest>(EvaluationQuestion{std::move(statements), std::move(member)});
    asked->key = key;
    co_return co_await rules_.ask(evaluations_, asked);
}

base::Awaitable<std::optional<std::vector<domain::TaskId>>> PgOutcomes::save(domain::RuleRecord record)
{
    auto const place = task_place(record.device);
    SaveOutcomeQuestion question;
    if (record.outcomes)
        question.outcomes = sealed_text(parts_.sealer, place, *record.outcomes);
    if (record.attempts)
        question.attempts = sealed_text(parts_.sealer, place, attempts_text(*record.attempts));
    for (auto& task : std::exchange(record.tasks, {})) {
        task.id = domain::TaskId{parts_.ids.next()};
        auto arguments = arguments_text(parts_.sealer, task.device, task.arguments);
        question.tasks.push_back({std::move(task), std::move(arguments)});
    }
    for (auto& event : record.events) {
        event.detail = storable_json(event.detail);
        question.event_ids.push_back(parts_.ids.next());
    }
    question.at = parts_.clock.now();
    auto const key = record.device.value();
    question.record = std::move(record);
    auto const asked = std::make_shared<SaveOutcomeRequest>(std::move(question));
    asked->key = key;
    co_return co_await parts_.queue.ask(saves_, asked);
}

base::Awaitable<void> PgOutcomes::mark_due(domain::DeviceKey device)
{
    auto const asked = std::make_shared<MarkDueRequest>(device.value());
    asked->key = device.value();
    static_cast<void>(co_await parts_.queue.ask(marks_, asked));
}

base::Awaitable<std::set<std::string>> PgOutcomes::spend(std::map<std::string, unsigned> budgets)
{
    auto const asked = std::make_shared<SpendRequest>(std::move(budgets));
    co_return co_await parts_.queue.ask(spends_, asked);
}

}  // namespace storage
