#include "storage/pg_fleet_statistics.hpp"

#include "storage/search_read.hpp"

#include <pqxx/pqxx>

#include <array>
#include <string_view>
#include <utility>

namespace storage {

namespace {

/// The bounds of count_devices' buckets.
constexpr std::array<std::string_view, 9> ages{"1m", "5m", "15m", "1h", "1d", "7d", "30d", "older", "never"};

// Each set of the grouping is told by which columns it leaves out.
constexpr Statement count_devices{
    "count_fleet", "SELECT grouping(e.state, e.age, e.model), e.state, e.age, e.model, e.software, count(*) FROM ("
                   "SELECT d.state, CASE WHEN d.model_name <> '' THEN d.model_name ELSE d.product_class END AS model,"
                   " c.software_version AS software, CASE WHEN c.last_inform IS NULL THEN 8 ELSE"
                   " width_bucket(extract(epoch FROM now() - c.last_inform)::float8,"
                   " '{60,300,900,3600,86400,604800,2592000}'::float8[]) END AS age"
                   " FROM device d JOIN device_contact c ON c.device_id = d.device_id) e"
                   " GROUP BY GROUPING SETS ((e.state), (e.age), (e.model, e.software)) ORDER BY 6 DESC, 4, 5"};
constexpr int by_state = 3, by_age = 5, by_software = 6;  ///< as grouping() has them

/// Counting a fleet takes longer than a search may; it is done seldom.
constexpr char fleet_time[] = "SET LOCAL statement_timeout = '60s'";

constexpr Statement count_open{"count_open_by_state", "SELECT state, count(*) FROM task"
                                                      " WHERE state IN ('queued', 'sent', 'waiting', 'unknown')"
                                                      " GROUP BY state"};
constexpr Statement count_ended{"count_ended_by_state",
                                "SELECT state, count(*) FROM task WHERE task_id >= (extract(epoch FROM now() - "
                                "interval '1 day') * 1000)::bigint << 22"
                                " AND state IN ('done', 'failed', 'cancelled', 'expired') GROUP BY state"};

void add_device_counts(Transaction& transaction, domain::FleetCounts& counts, unsigned most_software)
{
    for (auto const& row : transaction.exec(count_devices)) {
        auto const devices = row[5].as<std::uint64_t>();
        auto const set = row[0].as<int>();
        if (set == by_state)
            counts.by_state[row[1].c_str()] = devices;
        else if (set == by_age)
            counts.by_contact[std::string{ages[row[2].as<std::size_t>()]}] = devices;
        else if (set == by_software && counts.by_software.size() < most_software)
            counts.by_software.push_back({row[3].c_str(), row[4].c_str(), devices});
        else
            counts.other_software += devices;
    }
}

std::map<std::string, std::uint64_t> by_first_column(pqxx::result const& rows)
{
    std::map<std::string, std::uint64_t> counts;
    for (auto const& row : rows)
        counts[row[0].c_str()] = row[1].as<std::uint64_t>();
    return counts;
}

}  // namespace

base::Awaitable<domain::FleetCounts> PgFleetStatistics::count(unsigned most_software)
{
    auto work = [most_software](Transaction& transaction) {
        domain::FleetCounts counts;
        transaction.exec(fleet_time);
        add_device_counts(transaction, counts, most_software);
        counts.open_tasks = by_first_column(transaction.exec(count_open));
        counts.ended_tasks = by_first_column(transaction.exec(count_ended));
        return counts;
    };
    co_return co_await read_within_time(searches_, std::move(work));
}

}  // namespace storage
