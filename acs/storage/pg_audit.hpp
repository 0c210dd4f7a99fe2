#pragma once

#include "domain/audit.hpp"
#include "storage/database.hpp"

namespace storage {

/// Appends an entry within a transaction, as the last thing that it does: until its end no other entry is written, so
/// that the chain is in the order of the commits.
domain::AuditAnchor append_audit(Transaction& transaction, domain::AuditEntry entry);

/// Makes an entry of each request that began more than domain::intent_patience before `now` and was never ended; of the
/// oldest 100. Gives how many.
unsigned tell_unended(Transaction& transaction, base::TimePoint now);

/// The audit trail in PostgreSQL: `audit`, `audit_value` and `audit_intent`.
class PgAuditTrail final : public domain::AuditTrail {
public:
    /// Must outlive it.
    explicit PgAuditTrail(Database& writes) : writes_{writes} {}

    base::Awaitable<domain::AuditAnchor> append(domain::AuditEntry entry) override;
    base::Awaitable<std::int64_t> begin(domain::AuditIntent intent) override;
    base::Awaitable<void> end(std::int64_t intent) override;
    base::Awaitable<std::vector<domain::AuditRecord>> list(domain::AuditQuery query) override;
    base::Awaitable<domain::AuditVerification> verify(std::optional<domain::AuditAnchor> known) override;

private:
    Database& writes_;
};

}  // namespace storage
