#include "storage/event_rows.hpp"

#include "cwmp/device_id.hpp"
#include "storage/array_text.hpp"

#include <algorithm>
#include <chrono>

namespace storage {

namespace {

/// How much the clocks of nodes and database may differ, and an Inform may wait for its commit.
constexpr std::chrono::hours clock_tolerance{24};

// The horizon is read first: what is below it was committed, or never will be, when the rows are read.
constexpr Statement read_horizon{"read_event_horizon", "SELECT pg_snapshot_xmin(pg_current_snapshot()), now()"};
constexpr Statement read_behind{
    "read_events", "SELECT " ACS_EVENT_ROW " FROM (SELECT * FROM event e WHERE (e.tx, e.event_id) > ($1::xid8, $2)"
                   " AND e.tx < $3::xid8 AND e.at >= $4::timestamptz ORDER BY e.tx, e.event_id LIMIT $5) e"
                   " LEFT JOIN device d ON d.device_id = e.device_id ORDER BY e.tx, e.event_id"};

std::string_view view(pqxx::field const& field)
{
    return {field.c_str(), field.size()};
}

}  // namespace

domain::EventRecord event_of(pqxx::row const& row)
{
    domain::EventRecord event;
    event.position = {row[0].as<std::uint64_t>(), row[1].as<std::int64_t>()};
    event.at = parse_time(view(row[2]));
    event.device = domain::DeviceKey{row[3].as<std::int64_t>()};
    if (row[6].size() > 0)
        event.device_name = cwmp::external_id({"", row[4].c_str(), row[5].c_str(), row[6].c_str()});
    event.kind = domain::current_kind(view(row[7]));
    auto codes = parse_texts(view(row[8]));
    auto keys = parse_texts(view(row[9]));
    keys.resize(codes.size());
    for (std::size_t i = 0; i < codes.size(); ++i)
        event.events.push_back({std::move(codes[i]), std::move(keys[i])});
    event.retry_count = row[10].as<std::uint32_t>();
    event.redelivered = row[11].as<bool>();
    event.address = row[12].c_str();
    event.detail = row[13].c_str();
    return event;
}

std::string earliest_behind(domain::EventPosition after)
{
    return time_text(std::max(domain::time_of(after), base::TimePoint{} + clock_tolerance) - clock_tolerance);
}

domain::EventPosition newest_event(pqxx::transaction_base& transaction)
{
    auto const row = exec(transaction, read_horizon).front();
    return domain::position_before(row[0].as<std::uint64_t>(), parse_time(view(row[1])));
}

domain::EventPage read_events(pqxx::transaction_base& transaction, domain::EventPosition after, unsigned limit)
{
    auto const horizon = newest_event(transaction);
    domain::EventPage page{{}, std::max(horizon, after)};
    for (auto const& row : exec(transaction, read_behind, std::to_string(after.tx), after.id,
                                std::to_string(horizon.tx), earliest_behind(after), static_cast<int>(limit)))
        page.events.push_back(event_of(row));
    if (page.events.size() == limit)
        page.reached = page.events.back().position;
    return page;
}

}  // namespace storage
