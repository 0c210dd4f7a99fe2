#include "storage/pg_faults.hpp"

#include "storage/array_text.hpp"
#include "storage/search_read.hpp"

#include <pqxx/pqxx>

#include <algorithm>
#include <charconv>
#include <utility>

namespace storage {

namespace {

#define DEVICE_COLUMNS                                                                                                 \
    " d.device_id, d.manufacturer, d.oui, d.product_class, d.serial_number,"                                           \
    " CASE WHEN d.model_name <> '' THEN d.model_name ELSE d.product_class END,"
/// A failed task counts until a later one of its kind on the same device ends.
#define NEWEST_FAILED                                                                                                  \
    " t.state = 'failed' AND NOT EXISTS (SELECT FROM task n WHERE n.device_id = t.device_id"                           \
    " AND n.task_id > t.task_id AND n.kind = t.kind AND n.state IN ('done', 'failed'))"
#define FIRST_ID_OF "(extract(epoch FROM $1::timestamptz) * 1000)::bigint << 22"
#define PLACE_AFTER "($1::bigint = 0 OR (q.device_id, q.rule, q.what) > ($1, $2, $3))"

constexpr Statement failed_tasks{
    "list_failed_tasks",
    "SELECT" DEVICE_COLUMNS " t.fault_code, t.fault_text, t.updated, t.attempts, t.task_id, t.kind,"
    " '' FROM task t JOIN device d ON d.device_id = t.device_id WHERE" NEWEST_FAILED " AND t.task_id >= " FIRST_ID_OF
    " AND ($2::bigint = 0 OR t.task_id < $2) AND ($3::bigint IS NULL OR t.device_id = $3)"
    " AND ($4::integer IS NULL OR t.fault_code = $4) ORDER BY t.task_id DESC LIMIT $5"};
constexpr Statement quarantined_rules{
    "list_rule_faults", "SELECT" DEVICE_COLUMNS " NULL, q.reason, q.since, 1, NULL, q.rule, q.what"
                        " FROM rule_quarantine q JOIN device d ON d.device_id = q.device_id WHERE " PLACE_AFTER
                        " AND ($4::bigint IS NULL OR q.device_id = $4) ORDER BY q.device_id, q.rule, q.what LIMIT $5"};
constexpr Statement failed_sessions{
    "list_session_faults",
    "SELECT" DEVICE_COLUMNS " NULL, coalesce(c.last_failure, ''), c.last_failure_at, c.failed_in_row, NULL, '', ''"
    " FROM device_contact c JOIN device d ON d.device_id = c.device_id WHERE c.failed_in_row >= 2 AND c.device_id > $1"
    " AND ($2::bigint IS NULL OR c.device_id = $2) ORDER BY c.device_id LIMIT $3"};
constexpr Statement stopped_devices{"list_stopped_devices",
                                    "SELECT" DEVICE_COLUMNS
                                    " NULL, d.automation_stopped, d.automation_stopped_at, 1, NULL, '', ''"
                                    " FROM device d WHERE d.automation_stopped IS NOT NULL AND d.device_id > $1"
                                    " AND ($2::bigint IS NULL OR d.device_id = $2) ORDER BY d.device_id LIMIT $3"};
constexpr Statement fault_groups{
    "fault_groups",
    "SELECT f.kind, f.code, CASE WHEN d.model_name <> '' THEN d.model_name ELSE d.product_class END AS model,"
    " count(DISTINCT f.device_id), count(*) FROM ("
    "SELECT 0 AS kind, t.fault_code AS code, t.device_id FROM task t WHERE" NEWEST_FAILED
    " AND t.task_id >= " FIRST_ID_OF " UNION ALL SELECT 1, NULL, device_id FROM rule_quarantine"
    " UNION ALL SELECT 2, NULL, device_id FROM device_contact WHERE failed_in_row >= 2"
    " UNION ALL SELECT 3, NULL, device_id FROM device WHERE automation_stopped IS NOT NULL) f"
    " JOIN device d ON d.device_id = f.device_id GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3 LIMIT $2"};

#undef DEVICE_COLUMNS
#undef NEWEST_FAILED
#undef FIRST_ID_OF
#undef PLACE_AFTER

std::optional<unsigned> number_or_none(pqxx::field const& field)
{
    return field.is_null() ? std::nullopt : std::optional{field.as<unsigned>()};
}

domain::Fault fault_of(domain::FaultKind kind, pqxx::row const& row)
{
    domain::Fault fault;
    fault.kind = kind;
    fault.device = domain::DeviceKey{row[0].as<std::int64_t>()};
    fault.identity = {row[1].c_str(), row[2].c_str(), row[3].c_str(), row[4].c_str()};
    fault.model = row[5].c_str();
    fault.code = number_or_none(row[6]);
    fault.text = row[7].c_str();
    if (!row[8].is_null())
        fault.since = parse_time(row[8].c_str());
    fault.times = std::max(1U, row[9].as<unsigned>());
    if (!row[10].is_null())
        fault.task = domain::TaskId{row[10].as<std::int64_t>()};
    fault.subject = row[11].c_str();
    fault.what = row[12].c_str();
    return fault;
}

/// domain::place_of, taken apart.
struct Place {
    std::int64_t number = 0;
    std::string subject, what;
};

Place read_place(std::string const& text)
{
    Place place;
    std::from_chars(text.data(), text.data() + text.size(), place.number);
    auto const first = std::min(text.find('\n'), text.size());
    auto const second = std::min(text.find('\n', std::min(first + 1, text.size())), text.size());
    if (first < text.size())
        place.subject = text.substr(first + 1, second - first - 1);
    if (second < text.size())
        place.what = text.substr(second + 1);
    return place;
}

pqxx::result read_rows(Transaction& transaction, domain::FaultQuery const& query)
{
    auto const place = read_place(query.after);
    auto const device = query.device ? std::optional{query.device->value()} : std::nullopt;
    auto const code = query.code ? std::optional{static_cast<int>(*query.code)} : std::nullopt;
    auto const limit = static_cast<int>(query.limit);
    switch (query.kind) {
        case domain::FaultKind::task:
            return transaction.exec(failed_tasks, time_text(query.since), place.number, device, code, limit);
        case domain::FaultKind::rule:
            return transaction.exec(quarantined_rules, place.number, storable(place.subject), storable(place.what),
                                    device, limit);
        case domain::FaultKind::sessions: return transaction.exec(failed_sessions, place.number, device, limit);
        case domain::FaultKind::automation: break;
    }
    return transaction.exec(stopped_devices, place.number, device, limit);
}

}  // namespace

base::Awaitable<std::vector<domain::Fault>> PgFaults::list(domain::FaultQuery query)
{
    if (query.code && query.kind != domain::FaultKind::task)
        co_return std::vector<domain::Fault>{};
    auto work = [query](Transaction& transaction) {
        std::vector<domain::Fault> faults;
        for (auto const& row : read_rows(transaction, query))
            faults.push_back(fault_of(query.kind, row));
        return faults;
    };
    co_return co_await read_within_time(searches_, std::move(work));
}

base::Awaitable<std::vector<domain::FaultGroup>> PgFaults::groups(base::TimePoint since, unsigned limit)
{
    auto work = [since, limit](Transaction& transaction) {
        std::vector<domain::FaultGroup> groups;
        transaction.exec("SET LOCAL statement_timeout = '60s'");  // longer than a search may take; it is done seldom
        for (auto const& row : transaction.exec(fault_groups, time_text(since), static_cast<int>(limit)))
            groups.push_back({static_cast<domain::FaultKind>(row[0].as<int>()), number_or_none(row[1]), row[2].c_str(),
                              row[3].as<std::uint64_t>(), row[4].as<std::uint64_t>()});
        return groups;
    };
    co_return co_await read_within_time(searches_, std::move(work));
}

}  // namespace storage
