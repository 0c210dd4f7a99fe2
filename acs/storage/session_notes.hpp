#pragma once

#include "storage/session_parts.hpp"

namespace storage {

struct ReportQuestion {
    std::int64_t device = 0, event_id = 0;
    base::TimePoint at;
    std::string kind, detail;
};
using ReportRequest = BatchRequest<ReportQuestion, bool>;

/// Records reports of CPEs as events.
class ReportKind final : public BatchKind {
public:
    ReportKind() : BatchKind{"record_report"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

struct EndQuestion {
    std::int64_t device = 0;
    bool failed = false;
    std::string reason;
};
using EndRequest = BatchRequest<EndQuestion, bool>;

/// Notes how sessions ended. Sent again after an outage, a failure may count twice.
class EndKind final : public BatchKind {
public:
    EndKind() : BatchKind{"note_end"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

struct AutomationQuestion {
    std::int64_t device = 0;
    std::string reason;  ///< empty: it goes on
};
using AutomationRequest = BatchRequest<AutomationQuestion, bool>;

/// Stops and restarts automation.
class AutomationKind final : public BatchKind {
public:
    AutomationKind() : BatchKind{"set_automation"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

using ConflictRequest = BatchRequest<AutomationQuestion, bool>;

/// Marks devices that several boxes claim to be.
class ConflictKind final : public BatchKind {
public:
    ConflictKind() : BatchKind{"mark_conflict"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

using SuspendRequest = BatchRequest<domain::SuspendedSession, bool>;  ///< the state is sealed

/// Keeps sessions whose connection ended.
class SuspendKind final : public BatchKind {
public:
    SuspendKind() : BatchKind{"suspend"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

using ResumeRequest = BatchRequest<std::string, std::optional<domain::SuspendedSession>>;  ///< asks by cookie

/// Takes kept sessions out. Sent again after an outage, one that was taken already is gone: its CPE informs again.
class ResumeKind final : public BatchKind {
public:
    ResumeKind() : BatchKind{"resume"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

}  // namespace storage
