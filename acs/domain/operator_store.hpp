#pragma once

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "domain/audit.hpp"
#include "domain/lock_out.hpp"
#include "domain/operator.hpp"

namespace domain {

/// What a login is held against.
struct StoredLogin {
    OperatorId id;
    std::string name;
    std::string password;  ///< hashed; empty: no login by password
    bool is_disabled = false;
};

/// What of an operator changes. What is none stays as it is.
struct OperatorChange {
    std::optional<std::string> role;
    std::optional<std::string> password;  ///< hashed; ends all sessions
    std::optional<bool> is_disabled;      ///< true ends all sessions
};

/// What of a role changes. What is none stays as it is.
struct RoleChange {
    std::optional<Permissions> permissions;
    std::optional<std::string> devices;
};

/// Why something about operators was not changed.
enum class OperatorRefusal {
    unknown = 1,         ///< there is no such operator, role or token
    taken,               ///< the name is
    unknown_role,        ///< the operator's role does not exist
    role_in_use,         ///< some operator has the role
    builtin,             ///< the role came with the server
    last_administrator,  ///< nobody would be left who manages operators
    too_many,            ///< tokens or sessions of one operator
};

template <class T>
using OperatorOutcome = std::expected<T, OperatorRefusal>;

/// The operators, their roles, tokens and sessions. Every change is written together with its entry of the audit trail,
/// in one transaction. Throws base::Unavailable.
class OperatorStore {
public:
    virtual ~OperatorStore() = default;

    /// Grows with every change that OperatorDirectory shows.
    virtual base::Awaitable<std::int64_t> version() = 0;
    virtual base::Awaitable<OperatorDirectory> directory() = 0;
    virtual base::Awaitable<std::optional<StoredLogin>> find_login(std::string name) = 0;

    /// One-time tokens end with the first operator, and with every one that is added.
    virtual base::Awaitable<OperatorOutcome<OperatorId>> add_operator(Operator added, std::string password,
                                                                      AuditEntry entry) = 0;
    /// A new password ends one-time tokens too.
    virtual base::Awaitable<OperatorOutcome<void>> change_operator(std::string name, OperatorChange change,
                                                                   AuditEntry entry) = 0;
    /// With all tokens and sessions.
    virtual base::Awaitable<OperatorOutcome<void>> remove_operator(std::string name, AuditEntry entry) = 0;
    /// Replaces the hash of a password that did not change: it was made with other costs.
    virtual base::Awaitable<void> renew_password(OperatorId id, std::string password) = 0;

    virtual base::Awaitable<OperatorOutcome<void>> add_role(Role role, AuditEntry entry) = 0;
    virtual base::Awaitable<OperatorOutcome<void>> change_role(std::string name, RoleChange change,
                                                               AuditEntry entry) = 0;
    virtual base::Awaitable<OperatorOutcome<void>> remove_role(std::string name, AuditEntry entry) = 0;

    /// Gives the token its id. At most `most` that have not expired for one operator.
    virtual base::Awaitable<OperatorOutcome<ApiTokenId>> add_token(ApiToken token, unsigned most, AuditEntry entry) = 0;
    virtual base::Awaitable<OperatorOutcome<void>> remove_token(ApiTokenId id, AuditEntry entry) = 0;

    /// The oldest beyond `most` of one operator end.
    virtual base::Awaitable<void> add_session(OperatorSession session, unsigned most, AuditEntry entry) = 0;
    virtual base::Awaitable<void> remove_session(std::string hash, AuditEntry entry) = 0;

    /// Notes when tokens and sessions were used last; forgets those that have expired, and old failures.
    struct Uses {
        std::vector<std::pair<ApiTokenId, base::TimePoint>> tokens;
        std::vector<std::pair<std::string, base::TimePoint>> sessions;  ///< by hash
    };
    virtual base::Awaitable<void> note_uses(Uses uses, base::TimePoint now) = 0;

    /// Counts a login that begins (domain::after_attempt), unless one of its counters is locked: then how long still.
    virtual base::Awaitable<std::chrono::seconds> begin_login(std::vector<LoginCounter> counters, LockOutPolicy policy,
                                                              base::TimePoint now) = 0;
    /// It succeeded: the counters of its name begin anew, that of its source forgets it.
    virtual base::Awaitable<void> login_succeeded(OperatorId id, std::vector<LoginCounter> counters) = 0;
};

}  // namespace domain
