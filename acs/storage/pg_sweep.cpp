#include "storage/pg_sweep.hpp"

#include "storage/array_text.hpp"
#include "storage/outcome_kinds.hpp"
#include "storage/rule_gate.hpp"

#include <pqxx/pqxx>

namespace storage {

namespace {

using domain::DeviceKey;

// Begins when the rules have changed, also in the middle of a sweep with older ones, and when the time has come.
constexpr Statement take_turn{
    "take_sweep_turn",
    "UPDATE rule_sweep s SET holder = $1::integer, worked_at = now(), epoch = $2::bigint,"
    " is_whole = CASE WHEN s.epoch < $2 THEN true WHEN s.position IS NULL THEN false ELSE s.is_whole END,"
    " began_at = CASE WHEN s.epoch < $2 OR s.position IS NULL THEN now() ELSE s.began_at END,"
    " looked_at = CASE WHEN s.epoch < $2 OR s.position IS NULL THEN 0 ELSE s.looked_at END,"
    " changed = CASE WHEN s.epoch < $2 OR s.position IS NULL THEN 0 ELSE s.changed END,"
    " position = CASE WHEN s.epoch < $2 OR s.position IS NULL THEN 0 ELSE s.position END"
    " WHERE (s.holder IS NULL OR s.holder = $1 OR s.worked_at < now() - make_interval(secs => $5 / 1000.0))"
    " AND (s.epoch < $2 OR s.epoch = $2 AND (s.position IS NOT NULL"
    " OR $3::boolean AND coalesce(s.began_at + make_interval(secs => $4), '-infinity') <= now()))"
    " RETURNING s.position, s.is_whole"};

constexpr Statement advance_sweep{
    "advance_sweep",
    "UPDATE rule_sweep s SET position = $4::bigint, looked_at = looked_at + $5, changed = changed + $6,"
    " worked_at = now(), ended_at = CASE WHEN $4 IS NULL THEN now() ELSE ended_at END,"
    " holder = CASE WHEN $4 IS NULL THEN NULL ELSE holder END"
    " WHERE s.holder = $1::integer AND s.epoch = $2 AND s.position = $3"
    " RETURNING s.looked_at, s.changed, extract(epoch FROM now() - s.began_at)::bigint"};

// As read_kept() takes it.
#define KEPT_COLUMNS "d.device_id, o.outcomes, NULL::jsonb, o.done, d.tags, " ACS_GIVEN_UP("d.device_id")

constexpr Statement next_swept{
    "next_swept_devices",
    "SELECT " KEPT_COLUMNS " FROM (SELECT a.device_id, a.tags FROM device a WHERE a.device_id > $1"
    " AND a.state = 'active' AND EXISTS (SELECT FROM device_contact c WHERE c.device_id = a.device_id)"
    " ORDER BY a.device_id LIMIT $2) d LEFT JOIN rule_outcome o ON o.device_id = d.device_id ORDER BY d.device_id"};
constexpr Statement load_swept{"load_swept_devices",
                               "SELECT " KEPT_COLUMNS " FROM device d LEFT JOIN rule_outcome o"
                               " ON o.device_id = d.device_id WHERE d.device_id = ANY ($1::bigint[])"
                               " AND d.state = 'active' AND EXISTS (SELECT FROM device_contact c"
                               " WHERE c.device_id = d.device_id) ORDER BY d.device_id"};

// Rows that a transaction has not committed are not seen, those that another node is taking are skipped.
constexpr Statement take_touches{
    "take_rule_touches",
    "WITH taken AS (DELETE FROM rule_touch WHERE touch_id = ANY (ARRAY(SELECT touch_id FROM rule_touch"
    " ORDER BY touch_id LIMIT $1 FOR UPDATE SKIP LOCKED)) RETURNING device_id), locked AS MATERIALIZED (SELECT "
    "c.device_id"
    " FROM device_contact c WHERE c.device_id = ANY (ARRAY(SELECT device_id FROM taken)) ORDER BY c.device_id"
    " FOR NO KEY UPDATE), marked AS (UPDATE device_contact c SET " ACS_GATE_MARKED " FROM locked l"
    " WHERE c.device_id = l.device_id AND " ACS_GATE_UNMARKED ") SELECT DISTINCT device_id FROM taken"};
constexpr Statement mark_swept{"mark_swept_devices",
                               "WITH locked AS MATERIALIZED (SELECT c.device_id FROM device_contact c"
                               " WHERE c.device_id = ANY ($1::bigint[]) ORDER BY c.device_id FOR NO KEY UPDATE)"
                               " UPDATE device_contact c SET " ACS_GATE_MARKED " FROM locked l"
                               " WHERE c.device_id = l.device_id AND " ACS_GATE_UNMARKED " RETURNING c.device_id"};
constexpr Statement find_marked{
    "find_marked_devices",
    "SELECT device_id FROM device_contact WHERE device_id = ANY ($1::bigint[]) AND rules_epoch < 0"};
constexpr Statement read_budgets{"read_rule_budgets",
                                 "SELECT rule, devices FROM rule_budget WHERE hour = date_trunc('hour', now())"};

/// Work that is not wanted now must not hold up the end of the server for long.
constexpr std::chrono::milliseconds statement_timeout{5'000};

std::string ids_of(std::vector<DeviceKey> const& devices)
{
    ArrayText ids;
    for (auto const device : devices)
        ids.add(device.value());
    return ids.finish();
}

std::vector<domain::SweptDevice> read_swept(pqxx::result const& rows, base::Sealer const& sealer)
{
    std::vector<domain::SweptDevice> devices;
    for (auto const& row : rows) {
        DeviceKey const device{row[0].as<std::int64_t>()};
        devices.push_back({device, read_kept(row, sealer, device)});
    }
    return devices;
}

template <class List>
List keys_of(pqxx::result const& rows)
{
    List devices;
    for (auto const& row : rows)
        devices.insert(devices.end(), DeviceKey{row[0].as<std::int64_t>()});
    return devices;
}

}  // namespace

DatabaseSettings sweep_connection(ConnectionSettings const& connection)
{
    DatabaseSettings settings;
    settings.connection = connection;
    settings.connection.application_name = "acs sweep";
    settings.connection.statement_timeout = statement_timeout;
    settings.connection.options += " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off"
                                   " -c enable_mergejoin=off";
    settings.connections = 1;
    return settings;
}

base::Awaitable<std::optional<domain::SweepTurn>> PgSweep::take(domain::SweepOffer offer)
{
    auto work = [offer](Transaction& transaction) -> std::optional<domain::SweepTurn> {
        auto const rows =
            transaction.exec(take_turn, static_cast<int>(offer.node), offer.epoch, offer.has_changing,
                             static_cast<double>(offer.interval.count()), static_cast<double>(offer.lease.count()));
        if (rows.empty())
            return std::nullopt;
        return domain::SweepTurn{DeviceKey{rows[0][0].as<std::int64_t>()}, rows[0][1].as<bool>()};
    };
    co_return co_await database_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::optional<domain::SweepSummary>> PgSweep::advance(domain::SweepPart part)
{
    auto work = [part](Transaction& transaction) -> std::optional<domain::SweepSummary> {
        auto const last = part.last ? std::optional{part.last->value()} : std::nullopt;
        auto const rows =
            transaction.exec(advance_sweep, static_cast<int>(part.node), part.epoch, part.after.value(), last,
                             static_cast<std::int64_t>(part.devices), static_cast<std::int64_t>(part.changed));
        if (last || rows.empty())
            return std::nullopt;
        auto const row = rows[0];
        return domain::SweepSummary{row[0].as<std::uint64_t>(), row[1].as<std::uint64_t>(),
                                    std::chrono::seconds{row[2].as<std::int64_t>()}};
    };
    co_return co_await database_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::vector<domain::SweptDevice>> PgSweep::next(DeviceKey after, unsigned limit)
{
    auto work = [this, after, limit](Transaction& transaction) {
        return read_swept(transaction.exec(next_swept, after.value(), static_cast<int>(limit)), sealer_);
    };
    co_return co_await database_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::vector<domain::SweptDevice>> PgSweep::load(std::vector<DeviceKey> devices)
{
    auto work = [this, ids = ids_of(devices)](Transaction& transaction) {
        return read_swept(transaction.exec(load_swept, ids), sealer_);
    };
    co_return co_await database_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::vector<DeviceKey>> PgSweep::take_touched(unsigned limit)
{
    auto work = [limit](Transaction& transaction) {
        return keys_of<std::vector<DeviceKey>>(transaction.exec(take_touches, static_cast<int>(limit)));
    };
    co_return co_await database_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::set<DeviceKey>> PgSweep::mark(std::vector<DeviceKey> devices)
{
    auto work = [ids = ids_of(devices)](Transaction& transaction) {
        return keys_of<std::set<DeviceKey>>(transaction.exec(mark_swept, ids));
    };
    co_return co_await database_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::set<DeviceKey>> PgSweep::still_marked(std::vector<DeviceKey> devices)
{
    auto work = [ids = ids_of(devices)](Transaction& transaction) {
        return keys_of<std::set<DeviceKey>>(transaction.exec(find_marked, ids));
    };
    co_return co_await database_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::map<std::string, std::uint64_t>> PgSweep::budgets_used()
{
    auto work = [](Transaction& transaction) {
        std::map<std::string, std::uint64_t> used;
        for (auto const& row : transaction.exec(read_budgets))
            used.emplace(row[0].c_str(), row[1].as<std::uint64_t>());
        return used;
    };
    co_return co_await database_.run(std::move(work), InDoubt::repeat);
}

}  // namespace storage
