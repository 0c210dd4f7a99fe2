#pragma once

#include "domain/device_rules.hpp"
#include "storage/pg_task_store.hpp"

#include <map>
#include <mutex>

namespace storage {

/// An array of rule and `what` in turn: what the rules in force have given up for the device of this column.
#define ACS_GIVEN_UP(device)                                                                                           \
    "ARRAY(SELECT x FROM rule_quarantine q JOIN rule r ON r.rule = q.rule AND r.version_id = q.version_id"             \
    " CROSS JOIN LATERAL (VALUES (1, q.rule), (2, q.what)) v (i, x) WHERE q.device_id = " device                       \
    " ORDER BY q.rule, q.what, i)"

/// Reads the columns 1 to 5 of a row: outcomes, attempts, done (rule_outcome), the device's tags, and what is
/// given up.
[[nodiscard]] domain::KeptOutcome read_kept(pqxx::row const& row, base::Sealer const& sealer, domain::DeviceKey device);
/// What is kept of the rules for each device, in their order.
[[nodiscard]] std::vector<domain::KeptOutcome>
load_kept(pqxx::transaction_base& transaction, base::Sealer const& sealer, std::vector<std::int64_t> const& devices);

using LoadOutcomeRequest = BatchRequest<std::int64_t, domain::KeptOutcome>;
/// Reads what is kept of the rules for devices.
class LoadOutcomeKind final : public BatchKind {
public:
    explicit LoadOutcomeKind(base::Sealer const& sealer) : BatchKind{"load_outcome"}, sealer_{sealer} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;

private:
    base::Sealer const& sealer_;
};

/// A record as its columns keep it.
struct SaveOutcomeQuestion {
    domain::RuleRecord record;                      ///< without tasks
    std::optional<std::string> outcomes, attempts;  ///< sealed
    std::vector<AddTaskQuestion> tasks;
    std::vector<std::int64_t> event_ids;  ///< of the record's events
    base::TimePoint at{};                 ///< when they are
};
using SaveOutcomeRequest = BatchRequest<SaveOutcomeQuestion, std::optional<std::vector<domain::TaskId>>>;
/// Writes what came of the rules in sessions.
class SaveOutcomeKind final : public BatchKind {
public:
    SaveOutcomeKind() : BatchKind{"save_outcome"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

using MarkDueRequest = BatchRequest<std::int64_t, bool>;
/// Has the next Inform of devices evaluated.
class MarkDueKind final : public BatchKind {
public:
    MarkDueKind() : BatchKind{"mark_rules_due"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

using SpendRequest = BatchRequest<std::map<std::string, unsigned>, std::set<std::string>>;
/// Takes devices off the budgets of rules.
class SpendKind final : public BatchKind {
public:
    SpendKind() : BatchKind{"spend_rule_budget"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

struct EvaluationQuestion {
    std::shared_ptr<domain::RuleStatements const> statements;
    domain::RuleMember member;
};
using EvaluateRequest = BatchRequest<EvaluationQuestion, domain::RuleFinding>;
/// Runs conditions and bodies for devices; on connections that have the role of rules.
class EvaluateKind final : public BatchKind {
public:
    EvaluateKind() : BatchKind{"evaluate_rules", 2, 64} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;

private:
    using Statements = std::shared_ptr<domain::RuleStatements const>;
    /// Has the connection forget the set that it ran last when that is another one.
    void change_set(pqxx::connection_base& connection, Statements const& statements);

    std::mutex mutex_;
    std::map<pqxx::connection_base const*, Statements> last_;  ///< that each connection ran; only compared
};

}  // namespace storage
