#include "storage/pg_device_admin.hpp"

#include "storage/array_text.hpp"
#include "storage/device_merge.hpp"
#include "storage/event_sql.hpp"
#include "storage/login_kinds.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

namespace storage {

namespace {

constexpr Statement find_time_zone{"find_time_zone", "SELECT 1 FROM pg_timezone_names WHERE name = $1"};
// Who settles a conflict takes its reason away too.
constexpr Statement change_device{
    "change_device",
    "WITH former AS (SELECT device_id, state, coalesce(time_zone, '') AS time_zone FROM device WHERE device_id = $1"
    " FOR UPDATE), changed AS (UPDATE device d SET state = coalesce($2::text, d.state),"
    " time_zone = CASE WHEN $3::text IS NULL THEN d.time_zone ELSE nullif($3, '') END,"
    " automation_stopped = CASE WHEN d.state = 'conflict' AND $2::text IS NOT NULL THEN NULL ELSE d.automation_stopped "
    "END,"
    " automation_stopped_at = CASE WHEN d.state = 'conflict' AND $2::text IS NOT NULL THEN NULL ELSE"
    " d.automation_stopped_at END FROM former WHERE d.device_id = former.device_id"
    " RETURNING d.device_id, d.state, former.state AS former, former.time_zone),"
    " told AS (" ACS_STATE_EVENTS(
        "(SELECT * FROM changed WHERE state <> former)") ")"
                                                         " SELECT former, time_zone FROM changed"};
constexpr Statement revoke_logins{
    "revoke_logins", "WITH gone AS (UPDATE device SET login_state = 'none', login_until = NULL, retire_by = NULL"
                     " WHERE device_id = $1 RETURNING device_id)," ACS_RETIRE_PARTS " SELECT count(*) FROM gone"};
constexpr Statement forget_revoked{"forget_revoked",
                                   "DELETE FROM credential WHERE device_id = $1 AND revoked_at IS NOT NULL"};
constexpr Statement propose_merges{
    "propose_merges",
    "SELECT o.manufacturer, o.oui, o.product_class, o.serial_number FROM device d"
    " JOIN device o ON o.serial_number = d.serial_number AND o.oui = d.oui AND o.product_class <> d.product_class"
    " WHERE d.device_id = $1 AND o.state NOT IN ('retired', 'rejected') ORDER BY o.device_id LIMIT 10"};

std::optional<std::string> text_of_state(std::optional<domain::DeviceState> state)
{
    if (!state)
        return std::nullopt;
    return std::string{domain::to_text(*state)};
}

}  // namespace

base::Awaitable<base::Result<domain::DeviceChange>> PgDeviceAdmin::change(domain::DeviceKey device,
                                                                          domain::DeviceChange change)
{
    auto work = [device, change = std::move(change)](Transaction& transaction) -> base::Result<domain::DeviceChange> {
        bool const has_zone = change.time_zone && !change.time_zone->empty();
        if (has_zone && transaction.exec(find_time_zone, storable(*change.time_zone)).empty())
            return base::fail(
                fmt::format("there is no time zone {}; give a name such as Europe/Berlin", *change.time_zone));
        auto const rows =
            transaction.exec(change_device, device.value(), text_of_state(change.state), change.time_zone);
        if (rows.empty())
            return base::fail("there is no such device any more");
        if (change.state == domain::DeviceState::retired)
            transaction.exec(revoke_logins, device.value());
        else if (change.state && change.state != domain::DeviceState::rejected)
            transaction.exec(forget_revoked, device.value());
        auto const former = rows.front();
        return domain::DeviceChange{domain::device_state(former[0].c_str()), former[1].c_str()};
    };
    co_return co_await writes_.run(std::move(work));
}

base::Awaitable<std::vector<cwmp::DeviceId>> PgDeviceAdmin::merge_proposals(domain::DeviceKey device)
{
    auto work = [device](Transaction& transaction) {
        std::vector<cwmp::DeviceId> found;
        for (auto const& row : transaction.exec(propose_merges, device.value()))
            found.push_back({row[0].c_str(), row[1].c_str(), row[2].c_str(), row[3].c_str()});
        return found;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<base::Result<void>> PgDeviceAdmin::merge(domain::DeviceKey from, domain::DeviceKey into)
{
    auto work = [this, from, into](Transaction& transaction) {
        return merge_devices(transaction, sealer_, from, into);
    };
    co_return co_await writes_.run(std::move(work));
}

}  // namespace storage
