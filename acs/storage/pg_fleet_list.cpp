#include "storage/pg_fleet_list.hpp"

#include "storage/array_text.hpp"
#include "storage/device_rows.hpp"
#include "storage/fleet_search.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace storage {

namespace {

constexpr Statement find_devices{"find_devices", ACS_DEVICE_ROW
                                 " FROM unnest($1::bigint[]) WITH ORDINALITY AS m (id, place)" ACS_DEVICE_TABLES
                                 " ORDER BY m.place"};
constexpr Statement find_bootstraps{"find_last_bootstraps",
                                    "SELECT m.id, e.at FROM unnest($1::bigint[]) AS m (id)"
                                    " CROSS JOIN LATERAL (SELECT max(e.at) AS at FROM event e"
                                    " WHERE e.device_id = m.id AND '0 BOOTSTRAP' = ANY (e.codes)) AS e"
                                    " WHERE e.at IS NOT NULL"};

std::string_view column_of(domain::FleetColumn column)
{
    switch (column) {
        case domain::FleetColumn::manufacturer: return "device.manufacturer COLLATE \"C\"";
        case domain::FleetColumn::oui: return "device.oui COLLATE \"C\"";
        case domain::FleetColumn::product_class: return "device.product_class COLLATE \"C\"";
        case domain::FleetColumn::serial_number: return "device.serial_number COLLATE \"C\"";
        case domain::FleetColumn::first_seen: return "device.first_seen";
        case domain::FleetColumn::last_boot: return "device.last_boot";
        case domain::FleetColumn::last_inform: break;
    }
    return "device.last_inform";
}

std::string order_of(std::vector<domain::FleetOrder> const& order)
{
    std::string sql;
    for (auto const& each : order)
        sql +=
            fmt::format("{} {}, ", column_of(each.column), each.is_descending ? "DESC NULLS LAST" : "ASC NULLS FIRST");
    return sql + "device.id";
}

/// Without a condition all devices meet it.
domain::Condition condition_of(std::optional<domain::Condition> const& where)
{
    return where.value_or(domain::Condition{"(true)", {}});
}

std::vector<domain::DeviceKey> run_pick(Transaction& transaction, ComposedSearch search,
                                        domain::FleetQuery const& query)
{
    auto const skip = search.add(std::to_string(query.skip));
    auto const most = search.add(std::to_string(query.limit));
    auto const sql = fmt::format("SELECT device.id FROM {} WHERE {} ORDER BY {} OFFSET {}::bigint LIMIT {}::bigint",
                                 search.pieces.from, search.pieces.where, order_of(query.order), skip, most);
    std::vector<domain::DeviceKey> keys;
    for (auto const& row : search.run(transaction, sql))
        keys.emplace_back(row[0].as<std::int64_t>());
    return keys;
}

std::string array_of(std::vector<domain::DeviceKey> const& keys)
{
    ArrayText array;
    for (auto const key : keys)
        array.add(key.value());
    return array.finish();
}

}  // namespace

base::Awaitable<base::Result<std::vector<domain::DeviceKey>>> PgFleetList::pick(domain::FleetQuery query)
{
    auto work = [this, query = std::move(query)](Transaction& transaction) {
        return run_pick(transaction, compose(transaction, condition_of(query.where), compose_), query);
    };
    co_return co_await search_with(searches_, std::move(work));
}

base::Awaitable<std::vector<domain::DeviceRow>> PgFleetList::devices(std::vector<domain::DeviceKey> keys)
{
    auto work = [keys = array_of(keys)](Transaction& transaction) {
        return devices_of(transaction.exec(find_devices, keys));
    };
    co_return co_await searches_.run(std::move(work));
}

base::Awaitable<std::vector<std::pair<domain::DeviceKey, base::TimePoint>>>
PgFleetList::last_bootstraps(std::vector<domain::DeviceKey> keys)
{
    auto work = [keys = array_of(keys)](Transaction& transaction) {
        std::vector<std::pair<domain::DeviceKey, base::TimePoint>> found;
        for (auto const& row : transaction.exec(find_bootstraps, keys))
            found.emplace_back(domain::DeviceKey{row[0].as<std::int64_t>()}, *optional_time(row[1]));
        return found;
    };
    co_return co_await searches_.run(std::move(work));
}

}  // namespace storage
