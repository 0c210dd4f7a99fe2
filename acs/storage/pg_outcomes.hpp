#pragma once

#include "storage/outcome_kinds.hpp"

namespace storage {

/// domain::OutcomeStore over the batch queues: that of sessions, and one whose connections have the role of rules.
class PgOutcomes final : public domain::OutcomeStore {
public:
    PgOutcomes(SessionParts parts, BatchQueue& rules);

    base::Awaitable<domain::KeptOutcome> load(domain::DeviceKey device) override;
    base::Awaitable<domain::RuleFinding> evaluate(std::shared_ptr<domain::RuleStatements const> statements,
                                                  domain::RuleMember member) override;
    base::Awaitable<std::optional<std::vector<domain::TaskId>>> save(domain::RuleRecord record) override;
    base::Awaitable<void> mark_due(domain::DeviceKey device) override;
    base::Awaitable<std::set<std::string>> spend(std::map<std::string, unsigned> budgets) override;

private:
    SessionParts parts_;
    BatchQueue& rules_;
    LoadOutcomeKind loads_;
    SaveOutcomeKind saves_;
    MarkDueKind marks_;
    SpendKind spends_;
    EvaluateKind evaluations_;
};

}  // namespace storage
