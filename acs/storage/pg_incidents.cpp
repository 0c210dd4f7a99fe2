#include "storage/pg_incidents.hpp"

#include "storage/array_text.hpp"

#include <pqxx/pqxx>

#include <algorithm>
#include <tuple>
#include <utility>

namespace storage {

namespace {

// What several nodes note of one minute is one row.
constexpr Statement write_incidents{
    "write_incidents",
    "INSERT INTO incident AS i (minute, kind, identity, address, username, device_id, detail, first_at, last_at, times)"
    " SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[],"
    " $8::timestamptz[], $9::timestamptz[], $10::bigint[])"
    " ON CONFLICT (minute, kind, identity, address, username) DO UPDATE SET times = i.times + EXCLUDED.times,"
    " first_at = least(i.first_at, EXCLUDED.first_at), last_at = greatest(i.last_at, EXCLUDED.last_at),"
    " device_id = coalesce(EXCLUDED.device_id, i.device_id), detail = EXCLUDED.detail"};

constexpr Statement list_incidents{
    "list_incidents",
    "SELECT incident_id, kind, identity, device_id, address, username, detail, first_at, last_at, times FROM incident"
    " WHERE ($1::bigint = 0 OR incident_id < $1) AND ($2 = '' OR kind = $2) AND ($3 = '' OR identity = $3)"
    " AND ($4::bigint IS NULL OR device_id = $4) AND ($5 = '' OR address = $5) AND ($6 = '' OR username = $6)"
    " ORDER BY incident_id DESC LIMIT $7"};

class IncidentColumns {
public:
    void add(MinuteNote const& note)
    {
        auto const& incident = note.incident;
        minutes_.add(note.minute);
        kinds_.add(std::string_view{incident.kind});
        identities_.add(std::string_view{incident.identity});
        addresses_.add(std::string_view{incident.address});
        usernames_.add(std::string_view{incident.username});
        incident.device ? devices_.add(incident.device->value()) : devices_.add_null();
        details_.add(std::string_view{incident.detail});
        first_.add(note.first_at);
        last_.add(note.last_at);
        times_.add(static_cast<std::int64_t>(note.times));
    }

    void write(Transaction& transaction)
    {
        transaction.exec(write_incidents, minutes_.finish(), kinds_.finish(), identities_.finish(), addresses_.finish(),
                         usernames_.finish(), devices_.finish(), details_.finish(), first_.finish(), last_.finish(),
                         times_.finish());
    }

private:
    ArrayText minutes_, kinds_, identities_, addresses_, usernames_, devices_, details_, first_, last_, times_;
};

/// As the table takes them: cut or foreign texts may not be UTF-8, and two that become equal by that are one row.
std::vector<MinuteNote> prepared(std::vector<MinuteNote> const& notes)
{
    auto const key = [](MinuteNote const& note) {
        auto const& i = note.incident;
        return std::tie(note.minute, i.kind, i.identity, i.address, i.username);
    };
    auto rows = notes;
    for (auto& row : rows)
        for (auto* text : {&row.incident.kind, &row.incident.identity, &row.incident.address, &row.incident.username})
            *text = storable(*text);
    std::ranges::sort(rows, {}, key);
    std::vector<MinuteNote> merged;
    for (auto& row : rows) {
        if (merged.empty() || key(merged.back()) != key(row)) {
            merged.push_back(std::move(row));
            continue;
        }
        merged.back().times += row.times;
        merged.back().first_at = std::min(merged.back().first_at, row.first_at);
        merged.back().last_at = std::max(merged.back().last_at, row.last_at);
    }
    return merged;
}

domain::IncidentRecord record_of(pqxx::row const& row)
{
    domain::IncidentRecord record;
    record.id = row[0].as<std::int64_t>();
    record.incident = {row[1].c_str(), row[2].c_str(), std::nullopt, row[4].c_str(), row[5].c_str(), row[6].c_str()};
    if (!row[3].is_null())
        record.incident.device = domain::DeviceKey{row[3].as<std::int64_t>()};
    record.first_at = parse_time(row[7].c_str());
    record.last_at = parse_time(row[8].c_str());
    record.times = row[9].as<std::uint64_t>();
    return record;
}

}  // namespace

PgIncidents::PgIncidents(Database& writes, base::Clock const& clock, base::Metrics& metrics)
    : writes_{writes},
      clock_{clock},
      noted_{metrics.counter("acs_incidents_total", "Incidents that this node noted: see acsctl incidents")}
{
}

void PgIncidents::note(domain::Incident incident) noexcept
{
    noted_.add();
    try {
        notes_.note(std::move(incident), clock_.now());
    } catch (std::exception const&) {  // out of memory: it was counted, and sessions go on
    }
}

void PgIncidents::flush()
{
    auto notes = notes_.take(clock_.now());
    if (notes.empty())
        return;
    try {
        writes_.run_here([rows = prepared(notes)](Transaction& transaction) {
            IncidentColumns columns;
            for (auto const& row : rows)
                columns.add(row);
            columns.write(transaction);
        });
    } catch (...) {
        notes_.give_back(std::move(notes));
        throw;
    }
}

base::Awaitable<std::vector<domain::IncidentRecord>> PgIncidents::list(domain::IncidentQuery query)
{
    auto work = [query = std::move(query)](Transaction& transaction) {
        auto const device = query.device ? std::optional{query.device->value()} : std::nullopt;
        std::vector<domain::IncidentRecord> records;
        for (auto const& row :
             transaction.exec(list_incidents, query.before, storable(query.kind), storable(query.identity), device,
                              storable(query.address), storable(query.username), static_cast<int>(query.limit)))
            records.push_back(record_of(row));
        return records;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

}  // namespace storage
