// Devices that wait to be let in, as rules see them.
#include "storage/array_text.hpp"
#include "storage/event_sql.hpp"
#include "storage/pg_audit.hpp"
#include "storage/pg_rules.hpp"

#include <pqxx/pqxx>

namespace storage {

namespace {

constexpr Statement next_pending{"next_pending_devices",
                                 "SELECT device_id FROM device WHERE device_id > $1 AND state = 'pending'"
                                 " ORDER BY device_id LIMIT $2"};
constexpr Statement enrol_devices{
    "enrol_devices",
    "WITH enrolled AS (UPDATE device SET state = 'active' WHERE device_id = ANY ($1::bigint[]) AND state = 'pending'"
    " RETURNING device_id, oui, product_class, serial_number, state, 'pending' AS former),"
    " told AS (" ACS_STATE_EVENTS("enrolled") ")"
                                              " SELECT device_id, oui, product_class, serial_number FROM enrolled"};

}  // namespace

base::Awaitable<std::vector<domain::DeviceKey>> PgRules::pending_devices(domain::DeviceKey after, unsigned limit)
{
    auto work = [after, limit](Transaction& transaction) {
        std::vector<domain::DeviceKey> found;
        for (auto const& row : transaction.exec(next_pending, after.value(), static_cast<int>(limit)))
            found.emplace_back(row[0].as<std::int64_t>());
        return found;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::vector<std::pair<domain::DeviceKey, cwmp::DeviceId>>>
PgRules::enrol(std::string rule, std::vector<domain::DeviceKey> devices)
{
    auto work = [rule = std::move(rule), devices = std::move(devices)](Transaction& transaction) {
        ArrayText keys;
        for (auto const device : devices)
            keys.add(device.value());
        std::vector<std::pair<domain::DeviceKey, cwmp::DeviceId>> enrolled;
        for (auto const& row : transaction.exec(enrol_devices, keys.finish()))
            enrolled.emplace_back(domain::DeviceKey{row[0].as<std::int64_t>()},
                                  cwmp::DeviceId{{}, row[1].c_str(), row[2].c_str(), row[3].c_str()});
        for (auto const& [device, identity] : enrolled)
            append_audit(transaction, {.by = "rule " + rule,
                                       .how = "server",
                                       .peer = {},
                                       .action = "device.enrolled",
                                       .target = cwmp::external_id(identity),
                                       .device = device,
                                       .before = R"({"state":"pending"})",
                                       .after = R"({"state":"active"})"});
        return enrolled;
    };
    co_return co_await writes_.run(std::move(work));
}

}  // namespace storage
