#include "storage/pg_audit.hpp"

#include "base/crypto.hpp"
#include "domain/audit_chain.hpp"
#include "storage/array_text.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

#include <algorithm>
#include <limits>

namespace storage {

namespace {

constexpr std::size_t salt_bytes = 16;
constexpr unsigned verified_at_once = 5'000;  ///< entries of one statement

// The lock is a statement of its own: the next one sees what the one who held it has committed.
constexpr Statement lock_chain{"lock_audit_chain", "SELECT pg_advisory_xact_lock(7461756469740)"};
constexpr Statement find_head{"find_audit_head",
                              "SELECT coalesce(h.audit_id, 0), encode(coalesce(h.chain, ''), 'hex'),"
                              " date_trunc('microseconds', clock_timestamp()) FROM (VALUES (1)) one (x) LEFT JOIN"
                              " (SELECT audit_id, chain FROM audit ORDER BY audit_id DESC LIMIT 1) h ON true"};
constexpr Statement add_entry{
    "add_audit_entry",
    "WITH entry AS (INSERT INTO audit (audit_id, at, made_by, how, peer, action, device_id, digest, chain)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, decode($8, 'hex'), decode($9, 'hex')))"
    " INSERT INTO audit_value (audit_id, device_id, salt, target, before, after)"
    " VALUES ($1, $7, decode($10, 'hex'), $11, nullif($12, '')::json, nullif($13, '')::json)"};

constexpr Statement add_intent{"add_audit_intent", "INSERT INTO audit_intent (made_by, how, peer, method, path)"
                                                   " VALUES ($1, $2, $3, $4, $5) RETURNING intent_id"};
// Nobody waits for the disk: an intent that comes back after a crash says at worst that nobody knows.
constexpr Statement drop_intent{"drop_audit_intent",
                                "WITH soon AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))"
                                " DELETE FROM audit_intent USING soon WHERE intent_id = $1"};

#define AUDIT_ROW                                                                                                      \
    "SELECT a.audit_id, a.at, a.made_by, a.how, a.peer, a.action, a.device_id, encode(a.digest, 'hex'),"               \
    " encode(a.chain, 'hex'), v.audit_id IS NULL, encode(coalesce(v.salt, ''), 'hex'), coalesce(v.target, ''),"        \
    " coalesce(v.before::text, ''), coalesce(v.after::text, '')"                                                       \
    " FROM audit a LEFT JOIN audit_value v ON v.audit_id = a.audit_id"
constexpr Statement list_entries{
    "list_audit_entries",
    AUDIT_ROW " WHERE a.audit_id < $1 AND ($2::text IS NULL OR a.made_by = $2)"
              " AND ($3::text IS NULL OR a.action = $3 OR (right($3, 1) = '.' AND starts_with(a.action, $3)))"
              " AND ($4::bigint IS NULL OR a.device_id = $4) ORDER BY a.audit_id DESC LIMIT $5"};
constexpr Statement next_entries{"next_audit_entries", AUDIT_ROW " WHERE a.audit_id > $1 ORDER BY a.audit_id LIMIT $2"};
#undef AUDIT_ROW

struct Row {
    domain::AuditRecord record;
    std::string salt;
};

Row row_of(pqxx::row const& row)
{
    Row read;
    auto& [record, salt] = read;
    record.id = row[0].as<std::int64_t>();
    record.at = parse_time({row[1].c_str(), row[1].size()});
    record.entry.by = row[2].c_str();
    record.entry.how = row[3].c_str();
    record.entry.peer = row[4].c_str();
    record.entry.action = row[5].c_str();
    if (!row[6].is_null())
        record.entry.device = domain::DeviceKey{row[6].as<std::int64_t>()};
    record.digest = base::from_hex(row[7].c_str());
    record.chain = base::from_hex(row[8].c_str());
    record.is_erased = row[9].as<bool>();
    salt = base::from_hex(row[10].c_str());
    record.entry.target = row[11].c_str();
    record.entry.before = row[12].c_str();
    record.entry.after = row[13].c_str();
    return read;
}

/// What the database will give back, exactly: the digest is over it.
void make_storable(domain::AuditEntry& entry)
{
    for (auto* const text : {&entry.by, &entry.how, &entry.peer, &entry.action, &entry.target})
        *text = storable(*text);
    for (auto* const json : {&entry.before, &entry.after})
        *json = storable_json(*json);
}

std::optional<std::int64_t> number_of(std::optional<domain::DeviceKey> const& device)
{
    return device ? std::optional{device->value()} : std::nullopt;
}

}  // namespace

domain::AuditAnchor append_audit(Transaction& transaction, domain::AuditEntry entry)
{
    make_storable(entry);
    transaction.exec(lock_chain);
    auto const head = transaction.exec(find_head).front();
    domain::AuditRecord record;
    record.id = head[0].as<std::int64_t>() + 1;
    record.at = parse_time({head[2].c_str(), head[2].size()});
    record.entry = std::move(entry);
    auto const salt = base::random_bytes(salt_bytes);
    record.digest = domain::audit_digest(salt, record.entry);
    record.chain = domain::audit_link(base::from_hex(head[1].c_str()), record);
    auto const& [by, how, peer, action, target, device, before, after] = record.entry;
    transaction.exec(add_entry, record.id, time_text(record.at), by, how, peer, action, number_of(device),
                     base::to_hex(record.digest), base::to_hex(record.chain), base::to_hex(salt), target, before,
                     after);
    return {record.id, record.chain};
}

base::Awaitable<domain::AuditAnchor> PgAuditTrail::append(domain::AuditEntry entry)
{
    auto work = [entry = std::move(entry)](Transaction& transaction) { return append_audit(transaction, entry); };
    co_return co_await writes_.run(std::move(work));
}

base::Awaitable<std::int64_t> PgAuditTrail::begin(domain::AuditIntent intent)
{
    auto work = [intent = std::move(intent)](Transaction& transaction) {
        auto const& [by, how, peer, method, path] = intent;
        return transaction
            .exec(add_intent, storable(by), storable(how), storable(peer), storable(method), storable(path))
            .front()[0]
            .as<std::int64_t>();
    };
    co_return co_await writes_.run(std::move(work));
}

base::Awaitable<void> PgAuditTrail::end(std::int64_t intent)
{
    auto work = [intent](Transaction& transaction) { transaction.exec(drop_intent, intent); };
    co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::vector<domain::AuditRecord>> PgAuditTrail::list(domain::AuditQuery query)
{
    auto work = [query = std::move(query)](Transaction& transaction) {
        auto const text = [](std::optional<std::string> const& value) {
            return value ? std::optional{storable(*value)} : std::nullopt;
        };
        auto const before = query.before == 0 ? std::numeric_limits<std::int64_t>::max() : query.before;
        std::vector<domain::AuditRecord> records;
        for (auto const& row : transaction.exec(list_entries, before, text(query.by), text(query.action),
                                                number_of(query.device), query.limit))
            records.push_back(row_of(row).record);
        return records;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<domain::AuditVerification> PgAuditTrail::verify(std::optional<domain::AuditAnchor> known)
{
    domain::AuditVerifier verifier{std::move(known)};
    std::int64_t after = 0;
    for (bool is_well = true; is_well;) {
        auto work = [after](Transaction& transaction) {
            std::vector<Row> rows;
            for (auto const& row : transaction.exec(next_entries, after, verified_at_once))
                rows.push_back(row_of(row));
            return rows;
        };
        auto const rows = co_await writes_.run(std::move(work), InDoubt::repeat);
        is_well = std::ranges::all_of(rows, [&](Row const& row) { return verifier.take(row.record, row.salt); }) &&
                  rows.size() == verified_at_once;
        if (!rows.empty())
            after = rows.back().record.id;
    }
    co_return verifier.finish();
}

}  // namespace storage
