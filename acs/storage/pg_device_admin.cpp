#include "storage/pg_device_admin.hpp"

#include "domain/tag.hpp"
#include "storage/array_text.hpp"
#include "storage/device_merge.hpp"
#include "storage/event_sql.hpp"
#include "storage/login_kinds.hpp"
#include "storage/rule_marks.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

#include <algorithm>
#include <iterator>

namespace storage {

namespace {

constexpr Statement find_time_zone{"find_time_zone", "SELECT 1 FROM pg_timezone_names WHERE name = $1"};
constexpr Statement read_former{
    "read_former_device",
    "SELECT state, coalesce(time_zone, ''), tags, coalesce(subscriber, ''), coalesce(access_node, ''),"
    " coalesce(parent_device, 0), attributes::text FROM device WHERE device_id = $1 FOR UPDATE"};
constexpr Statement merge_attributes{"merge_attributes", "SELECT jsonb_strip_nulls($1::jsonb || $2::jsonb)::text"};
// Who settles a conflict takes its reason away too.
constexpr Statement change_device{
    "change_device",
    "WITH former AS (SELECT device_id, state FROM device WHERE device_id = $1),"
    " changed AS (UPDATE device d SET state = coalesce($2::text, d.state),"
    " time_zone = CASE WHEN $3::text IS NULL THEN d.time_zone ELSE nullif($3, '') END,"
    " tags = coalesce($4::text[], d.tags),"
    " subscriber = CASE WHEN $5::text IS NULL THEN d.subscriber ELSE nullif($5, '') END,"
    " access_node = CASE WHEN $6::text IS NULL THEN d.access_node ELSE nullif($6, '') END,"
    " parent_device = CASE WHEN $7::bigint IS NULL THEN d.parent_device ELSE nullif($7, 0) END,"
    " attributes = coalesce($8::jsonb, d.attributes),"
    " automation_stopped = CASE WHEN d.state = 'conflict' AND $2::text IS NOT NULL THEN NULL ELSE d.automation_stopped "
    "END,"
    " automation_stopped_at = CASE WHEN d.state = 'conflict' AND $2::text IS NOT NULL THEN NULL ELSE"
    " d.automation_stopped_at END FROM former WHERE d.device_id = former.device_id"
    " RETURNING d.device_id, d.state, former.state AS former) " ACS_STATE_EVENTS(
        "(SELECT * FROM changed WHERE state <> former)")};
constexpr Statement read_notes{
    "read_device_notes",
    "SELECT coalesce(d.time_zone, ''), coalesce(d.access_node, ''), d.attributes::text, p.manufacturer, p.oui,"
    " p.product_class, p.serial_number FROM device d LEFT JOIN device p ON p.device_id = d.parent_device"
    " WHERE d.device_id = $1"};
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

std::optional<std::string> storable_text(std::optional<std::string> const& text)
{
    if (!text)
        return std::nullopt;
    return storable(*text);
}

/// What there was, in a row of `read_former`.
domain::DeviceChange former_of(pqxx::row const& row)
{
    domain::DeviceChange former;
    former.state = domain::device_state(row[0].c_str());
    former.time_zone = row[1].c_str();
    former.tags = domain::plain_tags(parse_texts({row[2].c_str(), row[2].size()}));
    former.subscriber = row[3].c_str();
    former.access_node = row[4].c_str();
    former.parent_device = domain::DeviceKey{row[5].as<std::int64_t>()};
    former.attributes = row[6].c_str();
    return former;
}

/// The labels that a device has after a change; those it had when the change is about other things.
std::vector<std::string> tags_after(domain::DeviceChange const& former, domain::DeviceChange const& change)
{
    auto tags = change.tags.value_or(*former.tags);
    std::ranges::copy(change.add_tags, std::back_inserter(tags));
    std::erase_if(tags, [&](std::string const& tag) {
        return std::ranges::find(change.remove_tags, tag) != change.remove_tags.end();
    });
    return domain::plain_tags(std::move(tags));
}

/// Writes a change; the contact is locked. Fails before anything is written.
base::Result<domain::DeviceChange> write_change(Transaction& transaction, domain::DeviceKey device,
                                                domain::DeviceChange const& change)
{
    if (change.time_zone && !change.time_zone->empty() &&
        transaction.exec(find_time_zone, storable(*change.time_zone)).empty())
        return base::fail(
            fmt::format("there is no time zone {}; give a name such as Europe/Berlin", *change.time_zone));
    auto const rows = transaction.exec(read_former, device.value());
    if (rows.empty())
        return base::fail("there is no such device any more");
    auto former = former_of(rows.front());
    auto const tags = tags_after(former, change);
    if (tags.size() > domain::most_tags && tags.size() > former.tags->size())
        return base::fail(fmt::format("the device would have {} tags, at most {} are kept: take others off first",
                                      tags.size(), domain::most_tags));
    std::optional<std::string> attributes;
    if (change.attributes)
        attributes = transaction.exec(merge_attributes, *former.attributes, storable_json(*change.attributes))
                         .front()[0]
                         .c_str();
    if (attributes && attributes->size() > domain::attributes_bytes)
        return base::fail(fmt::format("the device's attributes would have {} bytes, at most {} are kept",
                                      attributes->size(), domain::attributes_bytes));
    std::optional<std::int64_t> parent;
    if (change.parent_device)
        parent = change.parent_device->value();
    transaction.exec(change_device, device.value(), text_of_state(change.state), change.time_zone, array_text(tags),
                     storable_text(change.subscriber), storable_text(change.access_node), parent, attributes);
    if (tags != *former.tags || change.subscriber.value_or(*former.subscriber) != *former.subscriber)
        mark_for_rules(transaction, {device});
    return former;
}

}  // namespace

base::Awaitable<base::Result<domain::DeviceChange>> PgDeviceAdmin::change(domain::DeviceKey device,
                                                                          domain::DeviceChange change)
{
    auto work = [device, change = std::move(change)](Transaction& transaction) {
        lock_contacts(transaction, {device});
        auto former = write_change(transaction, device, change);
        if (!former)
            return former;
        if (change.state == domain::DeviceState::retired)
            transaction.exec(revoke_logins, device.value());
        else if (change.state && change.state != domain::DeviceState::rejected)
            transaction.exec(forget_revoked, device.value());
        return former;
    };
    co_return co_await writes_.run(std::move(work));
}

base::Awaitable<domain::DeviceNotes> PgDeviceAdmin::notes(domain::DeviceKey device)
{
    auto work = [device](Transaction& transaction) {
        domain::DeviceNotes notes;
        for (auto const& row : transaction.exec(read_notes, device.value())) {
            notes.time_zone = row[0].c_str();
            notes.access_node = row[1].c_str();
            notes.attributes = row[2].c_str();
            if (!row[4].is_null())
                notes.parent_device = cwmp::DeviceId{row[3].c_str(), row[4].c_str(), row[5].c_str(), row[6].c_str()};
        }
        return notes;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
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
