// Who may use the API: operators and their roles.
#include "storage/pg_operators.hpp"

#include "base/crypto.hpp"
#include "storage/array_text.hpp"
#include "storage/operator_rows.hpp"
#include "storage/pg_audit.hpp"

#include <pqxx/pqxx>

namespace storage {

namespace {

using domain::OperatorOutcome;
using domain::OperatorRefusal;

constexpr Statement find_version{"operators_version", "SELECT version FROM operator_change"};
constexpr Statement list_roles{"list_roles",
                               "SELECT name, permissions, devices, is_builtin FROM role ORDER BY name COLLATE \"C\""};
constexpr Statement list_operators{
    "list_operators", "SELECT operator_id, name, role, is_disabled, password <> '', made_at, last_login FROM operator"
                      " ORDER BY name COLLATE \"C\""};
constexpr Statement list_tokens{"list_tokens",
                                "SELECT token_id, coalesce(operator_id, 0), name, encode(hash, 'hex'), permissions,"
                                " made_at, expires_at, last_used FROM api_token ORDER BY token_id"};
constexpr Statement list_sessions{
    "list_sessions", "SELECT encode(hash, 'hex'), operator_id, last_used, expires_at FROM operator_session"};
constexpr Statement find_login{"find_login",
                               "SELECT operator_id, name, password, is_disabled FROM operator WHERE name = $1"};

// Changes of operators and roles are rare; one after the other, nobody can take away the last administrator by half.
constexpr Statement lock_operators{"lock_operators", "LOCK TABLE operator, role IN SHARE ROW EXCLUSIVE MODE"};
constexpr Statement find_any_operator{"find_any_operator", "SELECT EXISTS (SELECT FROM operator)"};
constexpr Statement find_operator{"find_operator", "SELECT 1 FROM operator WHERE name = $1"};
constexpr Statement find_role{"find_role", "SELECT is_builtin FROM role WHERE name = $1"};
constexpr Statement insert_operator{
    "add_operator", "INSERT INTO operator (name, role, password, is_disabled, password_at)"
                    " VALUES ($1, $2, $3, $4, CASE WHEN $3 <> '' THEN now() END) RETURNING operator_id"};
constexpr Statement update_operator{"change_operator",
                                    "UPDATE operator SET role = coalesce($2, role), password = coalesce($3, password),"
                                    " password_at = CASE WHEN $3::text IS NULL THEN password_at ELSE now() END,"
                                    " is_disabled = coalesce($4, is_disabled) WHERE name = $1"};
constexpr Statement end_sessions{
    "end_sessions",
    "DELETE FROM operator_session s USING operator o WHERE s.operator_id = o.operator_id AND o.name = $1"};
constexpr Statement end_one_time_tokens{"end_one_time_tokens", "DELETE FROM api_token WHERE operator_id IS NULL"};
constexpr Statement delete_operator{"remove_operator", "DELETE FROM operator WHERE name = $1"};
constexpr Statement set_password{"renew_password", "UPDATE operator SET password = $2 WHERE operator_id = $1"};
constexpr Statement count_administrators{
    "count_administrators",
    "SELECT count(*) FROM operator o JOIN role r ON r.name = o.role WHERE NOT o.is_disabled AND o.password <> ''"
    " AND 'operators.manage' = ANY (r.permissions) AND r.devices = ''"};

constexpr Statement insert_role{"add_role",
                                "INSERT INTO role (name, permissions, devices) VALUES ($1, $2::text[], $3)"};
constexpr Statement update_role{
    "change_role", "UPDATE role SET permissions = coalesce($2::text[], permissions), devices = coalesce($3, devices)"
                   " WHERE name = $1"};
constexpr Statement find_role_use{"find_role_use", "SELECT 1 FROM operator WHERE role = $1 LIMIT 1"};
constexpr Statement delete_role{"remove_role", "DELETE FROM role WHERE name = $1"};

/// What is thrown to undo a transaction that came to a refusal.
struct Refused {
    OperatorRefusal why;
};

/// Runs changes in one transaction with their entry of the audit trail; a thrown Refused undoes them.
template <class Work>
base::Awaitable<OperatorOutcome<std::invoke_result_t<Work&, Transaction&>>> change(Database& writes, Work work,
                                                                                   domain::AuditEntry entry)
{
    auto audited = [work = std::move(work), entry = std::move(entry)](Transaction& transaction) mutable {
        transaction.exec(lock_operators);
        if constexpr (std::is_void_v<std::invoke_result_t<Work&, Transaction&>>) {
            work(transaction);
            append_audit(transaction, entry);
        } else {
            auto value = work(transaction);
            append_audit(transaction, entry);
            return value;
        }
    };
    OperatorRefusal why{};
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<Work&, Transaction&>>) {
            co_await writes.run(std::move(audited));
            co_return OperatorOutcome<void>{};
        } else {
            co_return co_await writes.run(std::move(audited));
        }
    } catch (Refused const& refused) {
        why = refused.why;
    }
    co_return std::unexpected{why};
}

void demand(bool holds, OperatorRefusal otherwise)
{
    if (!holds)
        throw Refused{otherwise};
}

int administrators(Transaction& transaction)
{
    return transaction.exec(count_administrators).front()[0].as<int>();
}

/// Runs `work`, which must not take the last administrator away.
template <class Work>
void keeping_an_administrator(Transaction& transaction, Work const& work)
{
    auto const before = administrators(transaction);
    work();
    demand(before == 0 || administrators(transaction) > 0, OperatorRefusal::last_administrator);
}

void demand_role(Transaction& transaction, std::string const& name)
{
    demand(!transaction.exec(find_role, name).empty(), OperatorRefusal::unknown_role);
}

void demand_own_role(Transaction& transaction, std::string const& name)
{
    auto const found = transaction.exec(find_role, name);
    demand(!found.empty(), OperatorRefusal::unknown);
    demand(!found.front()[0].as<bool>(), OperatorRefusal::builtin);
}

std::optional<std::string> names_of(std::optional<domain::Permissions> const& permissions)
{
    return permissions ? std::optional{array_text(permissions->names())} : std::nullopt;
}

}  // namespace

bool has_operators(Database& database)
{
    return database.run_here(
        [](Transaction& transaction) { return transaction.exec(find_any_operator).front()[0].as<bool>(); });
}

base::Awaitable<std::int64_t> PgOperators::version()
{
    auto work = [](Transaction& transaction) { return transaction.exec(find_version).front()[0].as<std::int64_t>(); };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<domain::OperatorDirectory> PgOperators::directory()
{
    auto work = [](Transaction& transaction) {
        domain::OperatorDirectory all;
        // First: what changes while the rest is read is read again.
        all.version = transaction.exec(find_version).front()[0].as<std::int64_t>();
        for (auto const& row : transaction.exec(list_roles))
            all.roles.push_back(role_of(row));
        for (auto const& row : transaction.exec(list_operators))
            all.operators.push_back(operator_of(row));
        for (auto const& row : transaction.exec(list_tokens))
            all.tokens.push_back(token_of(row));
        for (auto const& row : transaction.exec(list_sessions))
            all.sessions.push_back(session_of(row));
        return all;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::optional<domain::StoredLogin>> PgOperators::find_login(std::string name)
{
    auto work = [name = storable(name)](Transaction& transaction) -> std::optional<domain::StoredLogin> {
        auto const rows = transaction.exec(storage::find_login, name);
        if (rows.empty())
            return std::nullopt;
        auto const row = rows.front();
        return domain::StoredLogin{domain::OperatorId{row[0].as<std::int64_t>()}, row[1].c_str(), row[2].c_str(),
                                   row[3].as<bool>()};
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<OperatorOutcome<domain::OperatorId>>
PgOperators::add_operator(domain::Operator added, std::string password, domain::AuditEntry entry)
{
    auto work = [added = std::move(added), password = std::move(password)](Transaction& transaction) {
        demand_role(transaction, added.role);
        demand(transaction.exec(find_operator, added.name).empty(), OperatorRefusal::taken);
        auto const row = transaction.exec(insert_operator, added.name, added.role, password, added.is_disabled).front();
        transaction.exec(end_one_time_tokens);
        return domain::OperatorId{row[0].as<std::int64_t>()};
    };
    co_return co_await change(writes_, std::move(work), std::move(entry));
}

base::Awaitable<OperatorOutcome<void>> PgOperators::change_operator(std::string name, domain::OperatorChange changed,
                                                                    domain::AuditEntry entry)
{
    auto work = [name = storable(name), changed = std::move(changed)](Transaction& transaction) {
        if (changed.role)
            demand_role(transaction, *changed.role);
        keeping_an_administrator(transaction, [&] {
            auto const rows =
                transaction.exec(update_operator, name, changed.role, changed.password, changed.is_disabled);
            demand(rows.affected_rows() > 0, OperatorRefusal::unknown);
        });
        if (changed.password || changed.is_disabled.value_or(false))
            transaction.exec(end_sessions, name);
        if (changed.password)
            transaction.exec(end_one_time_tokens);
    };
    co_return co_await change(writes_, std::move(work), std::move(entry));
}

base::Awaitable<OperatorOutcome<void>> PgOperators::remove_operator(std::string name, domain::AuditEntry entry)
{
    auto work = [name = storable(name)](Transaction& transaction) {
        keeping_an_administrator(transaction, [&] {
            demand(transaction.exec(delete_operator, name).affected_rows() > 0, OperatorRefusal::unknown);
        });
    };
    co_return co_await change(writes_, std::move(work), std::move(entry));
}

base::Awaitable<void> PgOperators::renew_password(domain::OperatorId id, std::string password)
{
    auto work = [id, password = std::move(password)](Transaction& transaction) {
        transaction.exec(set_password, id.value(), password);
    };
    co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<OperatorOutcome<void>> PgOperators::add_role(domain::Role role, domain::AuditEntry entry)
{
    auto work = [role = std::move(role)](Transaction& transaction) {
        demand(transaction.exec(find_role, role.name).empty(), OperatorRefusal::taken);
        transaction.exec(insert_role, role.name, array_text(role.permissions.names()), storable(role.devices));
    };
    co_return co_await change(writes_, std::move(work), std::move(entry));
}

base::Awaitable<OperatorOutcome<void>> PgOperators::change_role(std::string name, domain::RoleChange changed,
                                                                domain::AuditEntry entry)
{
    auto work = [name = storable(name), changed = std::move(changed)](Transaction& transaction) {
        demand_own_role(transaction, name);
        auto const devices = changed.devices ? std::optional{storable(*changed.devices)} : std::nullopt;
        keeping_an_administrator(transaction,
                                 [&] { transaction.exec(update_role, name, names_of(changed.permissions), devices); });
    };
    co_return co_await change(writes_, std::move(work), std::move(entry));
}

base::Awaitable<OperatorOutcome<void>> PgOperators::remove_role(std::string name, domain::AuditEntry entry)
{
    auto work = [name = storable(name)](Transaction& transaction) {
        demand_own_role(transaction, name);
        demand(transaction.exec(find_role_use, name).empty(), OperatorRefusal::role_in_use);
        transaction.exec(delete_role, name);
    };
    co_return co_await change(writes_, std::move(work), std::move(entry));
}

}  // namespace storage
