#pragma once

#include "domain/login_store.hpp"
#include "storage/event_sql.hpp"
#include "storage/session_parts.hpp"

namespace storage {

struct OfferQuestion {
    domain::LoginOffer offer;
    std::string password;  ///< sealed
};
/// What is kept, with its password as it is sealed.
using OfferRequest = BatchRequest<OfferQuestion, std::optional<domain::GivenLogin>>;

/// Keeps logins beside those that devices have.
class OfferKind final : public BatchKind {
public:
    OfferKind() : BatchKind{"offer_login"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

struct ProveQuestion {
    std::int64_t device = 0;
    std::string username, ha1_md5;
};
using ProveRequest = BatchRequest<ProveQuestion, bool>;

/// Makes the login that a device came with its only one.
class ProveKind final : public BatchKind {
public:
    ProveKind() : BatchKind{"prove_login"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

struct MarkLoginQuestion {
    std::int64_t device = 0;
    domain::LoginState state = domain::LoginState::none;
    base::TimePoint until{};
};
using MarkLoginRequest = BatchRequest<MarkLoginQuestion, bool>;

/// Writes what devices are let in with.
class MarkLoginKind final : public BatchKind {
public:
    MarkLoginKind() : BatchKind{"mark_login"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

struct ToldQuestion {
    std::int64_t device = 0;
    std::string username;
};
/// The password as it is sealed.
using ToldRequest = BatchRequest<ToldQuestion, std::optional<std::string>>;

/// Reads what devices were told and have not used.
class ToldKind final : public BatchKind {
public:
    ToldKind() : BatchKind{"told_login"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

using ShortenRequest = BatchRequest<OfferQuestion, bool>;

/// Puts what devices have kept in the place of what they were told.
class ShortenKind final : public BatchKind {
public:
    ShortenKind() : BatchKind{"shorten_login"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

struct OfferWakeQuestion {
    std::int64_t device = 0;
    std::string username;
    std::string password;  ///< sealed
    bool force = false;
};
using OfferWakeRequest = BatchRequest<OfferWakeQuestion, std::optional<domain::GivenLogin>>;  ///< sealed

/// Keeps generated logins of connection requests, and those before them.
class OfferWakeKind final : public BatchKind {
public:
    OfferWakeKind() : BatchKind{"offer_wake_login"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

using ConfirmWakeRequest = BatchRequest<std::int64_t, bool>;  ///< the device

/// Notes that devices have taken the login of connection requests that they were told last.
class ConfirmWakeKind final : public BatchKind {
public:
    ConfirmWakeKind() : BatchKind{"confirm_wake_login"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

using RetireRequest = BatchRequest<std::int64_t, bool>;  ///< the device

/// Retires devices that are retiring.
class RetireKind final : public BatchKind {
public:
    RetireKind() : BatchKind{"retire_device"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

/// `gone` is a set of devices (device_id among its columns) that were just made retired: revokes their logins, cancels
/// their tasks and forgets what they could come back by. Part of a WITH, in which each of `gone` has one event already.
#define ACS_RETIRE_PARTS                                                                                               \
    " revoked AS (UPDATE credential c SET revoked_at = now(), password = '', next_ha1_md5 = NULL,"                     \
    " next_ha1_sha256 = NULL, next_password = NULL, next_at = NULL FROM gone"                                          \
    " WHERE c.device_id = gone.device_id AND c.revoked_at IS NULL),"                                                   \
    " stopped AS (UPDATE task t SET state = 'cancelled', updated = now(), fault_text = 'the device was retired'"       \
    " FROM gone WHERE t.device_id = gone.device_id AND t.state IN ('queued', 'sent', 'waiting', 'unknown')"            \
    " RETURNING " ACS_ENDED_TASK("t") "),"                                                                             \
                                      " told_of_tasks AS (" ACS_TASK_EVENTS_BEHIND(                                    \
                                          "(SELECT count(*) FROM gone)",                                               \
                                          "stopped") "), unwoken AS (DELETE FROM connection_request_credential w "     \
                                                     "USING gone WHERE w.device_id = gone.device_id)"

}  // namespace storage
