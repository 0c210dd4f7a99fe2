// How operators get in: tokens, sessions, and how often a login has failed.
#include "base/crypto.hpp"
#include "storage/array_text.hpp"
#include "storage/pg_audit.hpp"
#include "storage/pg_operators.hpp"

#include <pqxx/pqxx>

#include <algorithm>
#include <map>

namespace storage {

namespace {

using domain::OperatorOutcome;
using domain::OperatorRefusal;

// The lock of the owner's row makes those who add to the same operator at once count one after the other.
constexpr Statement lock_owner{"lock_token_owner", "SELECT 1 FROM operator WHERE operator_id = $1 FOR UPDATE"};
constexpr Statement count_tokens{"count_tokens",
                                 "SELECT count(*) FROM api_token WHERE operator_id = $1 AND expires_at > now()"};
constexpr Statement insert_token{
    "add_token", "INSERT INTO api_token (operator_id, name, hash, permissions, expires_at)"
                 " VALUES (nullif($1::bigint, 0), $2, decode($3, 'hex'), $4::text[], $5) RETURNING token_id"};
constexpr Statement delete_token{"remove_token", "DELETE FROM api_token WHERE token_id = $1"};
constexpr Statement insert_session{"add_session",
                                   "INSERT INTO operator_session (hash, operator_id, last_used, expires_at)"
                                   " VALUES (decode($1, 'hex'), $2, $3, $4)"};
constexpr Statement trim_sessions{
    "trim_sessions",
    "DELETE FROM operator_session WHERE operator_id = $1 AND hash IN (SELECT hash FROM operator_session"
    " WHERE operator_id = $1 ORDER BY made_at DESC, hash OFFSET $2)"};
constexpr Statement note_login{"note_login", "UPDATE operator SET last_login = now() WHERE operator_id = $1"};
constexpr Statement delete_session{"remove_session", "DELETE FROM operator_session WHERE hash = decode($1, 'hex')"};
constexpr Statement note_token_uses{"note_token_uses",
                                    "UPDATE api_token t SET last_used = greatest(t.last_used, u.at)"
                                    " FROM unnest($1::bigint[], $2::timestamptz[]) u (id, at) WHERE t.token_id = u.id"};
constexpr Statement note_session_uses{
    "note_session_uses",
    "UPDATE operator_session s SET last_used = greatest(s.last_used, u.at)"
    " FROM unnest($1::text[], $2::timestamptz[]) u (hash, at) WHERE s.hash = decode(u.hash, 'hex')"};
// Statements that delete nothing would have every node read everything anew.
constexpr Statement find_expired{
    "find_expired_logins",
    "SELECT EXISTS (SELECT FROM api_token WHERE expires_at <= $1::timestamptz - interval '30 days'),"
    " EXISTS (SELECT FROM operator_session WHERE expires_at <= $1)"};
constexpr Statement forget_tokens{"forget_tokens",
                                  "DELETE FROM api_token WHERE expires_at <= $1::timestamptz - interval '30 days'"};
constexpr Statement forget_sessions{"forget_sessions", "DELETE FROM operator_session WHERE expires_at <= $1"};
constexpr Statement forget_failures{"forget_failures",
                                    "DELETE FROM login_failure WHERE first_at <= $1::timestamptz - interval '1 day'"
                                    " AND coalesce(locked_until, first_at) <= $1"};

constexpr Statement make_counters{"make_login_counters",
                                  "INSERT INTO login_failure (key, first_at) SELECT decode(k, 'hex'), $2 FROM"
                                  " unnest($1::text[]) k ORDER BY 1 ON CONFLICT (key) DO NOTHING"};
constexpr Statement read_counters{
    "read_login_counters", "SELECT encode(key, 'hex'), count, first_at, locked_until FROM login_failure"
                           " WHERE key IN (SELECT decode(k, 'hex') FROM unnest($1::text[]) k) ORDER BY key FOR UPDATE"};
constexpr Statement write_counter{
    "write_login_counter",
    "UPDATE login_failure SET count = $2, first_at = $3, locked_until = $4 WHERE key = decode($1, 'hex')"};
constexpr Statement forget_counters{
    "forget_login_counters",
    "DELETE FROM login_failure WHERE key IN (SELECT decode(k, 'hex') FROM unnest($1::text[]) k)"};
constexpr Statement forgive_counter{
    "forgive_login_counter",
    "UPDATE login_failure SET count = greatest(count - 1, 0), locked_until = NULL WHERE key = decode($1, 'hex')"};

/// The keys in hexadecimal, in the order in which rows are locked.
std::vector<std::string> keys_of(std::vector<domain::LoginCounter> const& counters)
{
    std::vector<std::string> keys;
    for (auto const& counter : counters)
        keys.push_back(base::to_hex(counter.key));
    std::ranges::sort(keys);
    return keys;
}

std::map<std::string, domain::LoginFailures> read_failures(Transaction& transaction, std::string const& keys)
{
    std::map<std::string, domain::LoginFailures> found;
    for (auto const& row : transaction.exec(read_counters, keys)) {
        domain::LoginFailures failures;
        failures.count = row[1].as<std::uint32_t>();
        failures.first_at = parse_time({row[2].c_str(), row[2].size()});
        if (!row[3].is_null())
            failures.locked_until = parse_time({row[3].c_str(), row[3].size()});
        found.emplace(row[0].c_str(), failures);
    }
    return found;
}

std::chrono::seconds longest_lock(std::map<std::string, domain::LoginFailures> const& failures, base::TimePoint now)
{
    std::chrono::seconds locked{0};
    for (auto const& [key, each] : failures)
        locked = std::max(locked, domain::locked_for(each, now));
    return locked;
}

std::optional<std::string> text_or_null(std::optional<base::TimePoint> const& time)
{
    return time ? std::optional{time_text(*time)} : std::nullopt;
}

std::int64_t insert(Transaction& transaction, domain::ApiToken const& token)
{
    auto const permissions = token.permissions ? std::optional{array_text(token.permissions->names())} : std::nullopt;
    return transaction
        .exec(insert_token, token.owner.value(), storable(token.name), base::to_hex(token.hash), permissions,
              time_text(token.expires_at))
        .front()[0]
        .as<std::int64_t>();
}

}  // namespace

void add_one_time_token(Database& database, std::string const& hash, base::TimePoint expires_at,
                        domain::AuditEntry const& entry)
{
    domain::ApiToken token;
    token.name = "one-time";
    token.hash = hash;
    token.expires_at = expires_at;
    auto const work = [&](Transaction& transaction) {
        insert(transaction, token);
        append_audit(transaction, entry);
    };
    database.run_here(work);
}

base::Awaitable<OperatorOutcome<domain::ApiTokenId>> PgOperators::add_token(domain::ApiToken token, unsigned most,
                                                                            domain::AuditEntry entry)
{
    auto work = [token = std::move(token), most,
                 entry = std::move(entry)](Transaction& transaction) -> OperatorOutcome<domain::ApiTokenId> {
        if (transaction.exec(lock_owner, token.owner.value()).empty())
            return std::unexpected{OperatorRefusal::unknown};
        if (transaction.exec(count_tokens, token.owner.value()).front()[0].as<unsigned>() >= most)
            return std::unexpected{OperatorRefusal::too_many};
        auto const id = insert(transaction, token);
        append_audit(transaction, entry);
        return domain::ApiTokenId{id};
    };
    co_return co_await writes_.run(std::move(work));
}

base::Awaitable<OperatorOutcome<void>> PgOperators::remove_token(domain::ApiTokenId id, domain::AuditEntry entry)
{
    auto work = [id, entry = std::move(entry)](Transaction& transaction) -> OperatorOutcome<void> {
        if (transaction.exec(delete_token, id.value()).affected_rows() == 0)
            return std::unexpected{OperatorRefusal::unknown};
        append_audit(transaction, entry);
        return {};
    };
    co_return co_await writes_.run(std::move(work));
}

base::Awaitable<void> PgOperators::add_session(domain::OperatorSession session, unsigned most, domain::AuditEntry entry)
{
    auto work = [session = std::move(session), most, entry = std::move(entry)](Transaction& transaction) {
        auto const owner = session.owner.value();
        transaction.exec(insert_session, base::to_hex(session.hash), owner, time_text(session.last_used),
                         time_text(session.expires_at));
        transaction.exec(trim_sessions, owner, most);
        append_audit(transaction, entry);
    };
    co_await writes_.run(std::move(work));
}

base::Awaitable<void> PgOperators::remove_session(std::string hash, domain::AuditEntry entry)
{
    auto work = [hash = base::to_hex(hash), entry = std::move(entry)](Transaction& transaction) {
        transaction.exec(delete_session, hash);
        append_audit(transaction, entry);
    };
    co_await writes_.run(std::move(work));
}

base::Awaitable<void> PgOperators::note_uses(Uses uses, base::TimePoint now)
{
    ArrayText tokens, token_times, sessions, session_times;
    for (auto const& [id, at] : uses.tokens) {
        tokens.add(id.value());
        token_times.add(at);
    }
    for (auto const& [hash, at] : uses.sessions) {
        sessions.add(base::to_hex(hash));
        session_times.add(at);
    }
    auto work = [has_tokens = !uses.tokens.empty(), has_sessions = !uses.sessions.empty(), tokens = tokens.finish(),
                 token_times = token_times.finish(), sessions = sessions.finish(),
                 session_times = session_times.finish(), at = time_text(now)](Transaction& transaction) {
        if (has_tokens)
            transaction.exec(note_token_uses, tokens, token_times);
        if (has_sessions)
            transaction.exec(note_session_uses, sessions, session_times);
        auto const expired = transaction.exec(find_expired, at).front();
        if (expired[0].as<bool>())
            transaction.exec(forget_tokens, at);
        if (expired[1].as<bool>())
            transaction.exec(forget_sessions, at);
        transaction.exec(forget_failures, at);
    };
    co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::chrono::seconds> PgOperators::begin_login(std::vector<domain::LoginCounter> counters,
                                                               domain::LockOutPolicy policy, base::TimePoint now)
{
    auto work = [counters = std::move(counters), policy, now](Transaction& transaction) {
        auto const keys = array_text(keys_of(counters));
        // Who is locked out leaves no new rows behind, whatever names are tried.
        if (auto const locked = longest_lock(read_failures(transaction, keys), now); locked.count() > 0)
            return locked;
        transaction.exec(make_counters, keys, time_text(now));
        auto failures = read_failures(transaction, keys);
        if (auto const locked = longest_lock(failures, now); locked.count() > 0)
            return locked;
        for (auto const& counter : counters) {
            auto const key = base::to_hex(counter.key);
            auto const next = domain::after_attempt(failures[key], counter.limit, policy, now);
            transaction.exec(write_counter, key, static_cast<std::int64_t>(next.count), time_text(next.first_at),
                             text_or_null(next.locked_until));
        }
        return std::chrono::seconds{0};
    };
    co_return co_await writes_.run(std::move(work));
}

base::Awaitable<void> PgOperators::login_succeeded(domain::OperatorId id, std::vector<domain::LoginCounter> counters)
{
    auto const source = counters.empty() ? std::string{} : base::to_hex(counters.back().key);
    if (!counters.empty())
        counters.pop_back();
    auto work = [id, keys = array_text(keys_of(counters)), source](Transaction& transaction) {
        transaction.exec(note_login, id.value());
        transaction.exec(forget_counters, keys);
        transaction.exec(forgive_counter, source);
    };
    co_await writes_.run(std::move(work), InDoubt::repeat);
}

}  // namespace storage
