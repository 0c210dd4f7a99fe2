#pragma once

#include "domain/operator_store.hpp"
#include "storage/database.hpp"

namespace storage {

/// Adds a one-time administrator's token. For programs without an event loop.
void add_one_time_token(Database& database, std::string const& hash, base::TimePoint expires_at,
                        domain::AuditEntry const& entry);

/// Whether there is any operator.
[[nodiscard]] bool has_operators(Database& database);

/// The operators in PostgreSQL.
class PgOperators final : public domain::OperatorStore {
public:
    /// Must outlive it.
    explicit PgOperators(Database& writes) : writes_{writes} {}

    base::Awaitable<std::int64_t> version() override;
    base::Awaitable<domain::OperatorDirectory> directory() override;
    base::Awaitable<std::optional<domain::StoredLogin>> find_login(std::string name) override;

    base::Awaitable<domain::OperatorOutcome<domain::OperatorId>>
    add_operator(domain::Operator added, std::string password, domain::AuditEntry entry) override;
    base::Awaitable<domain::OperatorOutcome<void>> change_operator(std::string name, domain::OperatorChange change,
                                                                   domain::AuditEntry entry) override;
    base::Awaitable<domain::OperatorOutcome<void>> remove_operator(std::string name, domain::AuditEntry entry) override;
    base::Awaitable<void> renew_password(domain::OperatorId id, std::string password) override;

    base::Awaitable<domain::OperatorOutcome<void>> add_role(domain::Role role, domain::AuditEntry entry) override;
    base::Awaitable<domain::OperatorOutcome<void>> change_role(std::string name, domain::RoleChange change,
                                                               domain::AuditEntry entry) override;
    base::Awaitable<domain::OperatorOutcome<void>> remove_role(std::string name, domain::AuditEntry entry) override;

    base::Awaitable<domain::OperatorOutcome<domain::ApiTokenId>> add_token(domain::ApiToken token, unsigned most,
                                                                           domain::AuditEntry entry) override;
    base::Awaitable<domain::OperatorOutcome<void>> remove_token(domain::ApiTokenId id,
                                                                domain::AuditEntry entry) override;

    base::Awaitable<void> add_session(domain::OperatorSession session, unsigned most,
                                      domain::AuditEntry entry) override;
    base::Awaitable<void> remove_session(std::string hash, domain::AuditEntry entry) override;
    base::Awaitable<void> note_uses(Uses uses, base::TimePoint now) override;

    base::Awaitable<std::chrono::seconds> begin_login(std::vector<domain::LoginCounter> counters,
                                                      domain::LockOutPolicy policy, base::TimePoint now) override;
    base::Awaitable<void> login_succeeded(domain::OperatorId id, std::vector<domain::LoginCounter> counters) override;

private:
    Database& writes_;
};

}  // namespace storage
