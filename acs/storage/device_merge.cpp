#include "storage/device_merge.hpp"

#include "domain/webhook.hpp"
#include "storage/array_text.hpp"
#include "storage/event_sql.hpp"
#include "storage/task_columns.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

#include <array>

namespace storage {

namespace {

// The locks are taken in the order in which the commit of a new contact takes them: identities, then contacts.
// Afterwards nobody else can make or change a row of either device by its epoch.
constexpr Statement lock_identities{
    "merge_lock_identities",
    "SELECT identity_hash FROM device_identity WHERE device_id IN ($1, $2) ORDER BY identity_hash FOR UPDATE"};
constexpr Statement lock_contacts{
    "merge_lock_contacts", "SELECT device_id, coalesce(last_inform, '-infinity') > coalesce((SELECT o.last_inform"
                           " FROM device_contact o WHERE o.device_id = $2), '-infinity') FROM device_contact"
                           " WHERE device_id IN ($1, $2) ORDER BY device_id FOR UPDATE"};

static_assert(domain::webhook_lanes == 8);  // as merge_webhook_lanes has it

/// Statements with both devices: $1 goes into $2.
constexpr std::array moves{
    Statement{"merge_identities", "UPDATE device_identity SET device_id = $2 WHERE device_id = $1"},
    Statement{"merge_logins", "UPDATE credential SET device_id = $2 WHERE device_id = $1"},
    Statement{
        "merge_sent_tasks",
        ACS_END_TASKS("UPDATE task SET state = 'failed', updated = now(), fault_text = 'the device became one with "
                      "another while this was under way: what came of it is not known'"
                      " WHERE device_id = $1 AND state IN ('sent', 'waiting', 'unknown') AND $2::bigint <> 0")},
    Statement{"merge_own_tasks",
              ACS_END_TASKS("UPDATE task SET state = 'cancelled', updated = now(), fault_text = 'the device became "
                            "one with another' WHERE device_id = $1 AND state = 'queued' AND is_single AND "
                            "$2::bigint <> 0")},
    Statement{"merge_ended_tasks",
              "UPDATE task SET device_id = $2 WHERE device_id = $1 AND state NOT IN ('queued', 'sent', 'waiting', "
              "'unknown')"},
    // Its events go over to another lane, which may be further already: that one goes back to where theirs was, and
    // who works on it finds that out at its next note.
    Statement{"merge_webhook_lanes",
              "UPDATE webhook_position p SET tx = o.tx, event_id = o.event_id, changed_at = now()"
              " FROM webhook_position o WHERE o.webhook_id = p.webhook_id AND o.lane = ($1::bigint & 7)"
              " AND p.lane = ($2::bigint & 7) AND (o.tx, o.event_id) < (p.tx, p.event_id) AND EXISTS (SELECT FROM event"
              " e WHERE e.device_id = $1 AND (e.tx, e.event_id) > (o.tx, o.event_id))"},
    Statement{"merge_dead_letters", "UPDATE webhook_dead_letter SET device_id = $2 WHERE device_id = $1"},
    Statement{"merge_events", "UPDATE event SET device_id = $2 WHERE device_id = $1"},
    Statement{"tell_merge",
              ACS_DEVICE_EVENTS("device.merged",
                                "jsonb_build_object('oui', e.oui, 'product_class', e.product_class, 'serial_number', "
                                "e.serial_number)",
                                "(SELECT $2::bigint AS device_id, oui, product_class, serial_number FROM device"
                                " WHERE device_id = $1)")},
    Statement{"merge_sessions", "UPDATE session SET device_id = $2 WHERE device_id = $1"},
    Statement{"merge_traces", "UPDATE trace SET device_id = $2 WHERE device_id = $1"},
    Statement{"merge_samples", "UPDATE parameter_sample SET device_id = $2 WHERE device_id = $1"},
    Statement{"merge_transfers", "UPDATE transfer SET device_id = $2 WHERE device_id = $1"},
    Statement{"merge_files", "UPDATE file SET uploaded_by = $2 WHERE uploaded_by = $1"},
    Statement{"merge_children", "UPDATE device SET parent_device = $2 WHERE parent_device = $1"},
    Statement{"merge_rules_done",
              "INSERT INTO rule_outcome AS i (device_id, epoch, done) SELECT $2::bigint, epoch, done FROM rule_outcome"
              " WHERE device_id = $1 ON CONFLICT (device_id) DO UPDATE SET done = EXCLUDED.done || i.done"},
    Statement{"merge_device",
              "UPDATE device i SET subscriber = coalesce(i.subscriber, f.subscriber), access_node = "
              "coalesce(i.access_node, f.access_node), time_zone = coalesce(i.time_zone, f.time_zone),"
              " parent_device = coalesce(i.parent_device, nullif(f.parent_device, $2)),"
              " tags = ARRAY(SELECT DISTINCT unnest(i.tags || f.tags) ORDER BY 1), attributes = f.attributes || "
              "i.attributes, first_seen = least(i.first_seen, f.first_seen),"
              " login_state = CASE WHEN 'proven' IN (i.login_state, f.login_state) THEN 'proven' ELSE i.login_state END"
              " FROM device f WHERE i.device_id = $2 AND f.device_id = $1"},
    // The epoch is greater than both: sessions of either are refused at their next write.
    Statement{"merge_contact",
              "UPDATE device_contact i SET session_epoch = greatest(i.session_epoch, f.session_epoch) + 1,"
              " informs = i.informs + f.informs, periodic_informs = i.periodic_informs + f.periodic_informs,"
              " last_boot = greatest(i.last_boot, f.last_boot),"
              " rules_epoch = CASE WHEN i.rules_epoch IN (0, -2) THEN -2 ELSE -1 END"
              " FROM device_contact f WHERE i.device_id = $2 AND f.device_id = $1"},
};

/// Only when $1 was heard from later: what its Informs told is what is known now, and the tree is read anew.
constexpr std::array takings{
    Statement{"merge_identity_of",
              "UPDATE device i SET manufacturer = f.manufacturer, oui = f.oui, product_class = f.product_class,"
              " serial_number = f.serial_number FROM device f WHERE i.device_id = $2 AND f.device_id = $1"},
    Statement{
        "merge_contact_of",
        "UPDATE device_contact i SET last_inform = f.last_inform, address = f.address, last_events = f.last_events,"
        " last_event_keys = f.last_event_keys, software_version = f.software_version, hardware_version = "
        "f.hardware_version, provisioning_code = f.provisioning_code, parameter_key = f.parameter_key,"
        " connection_request_url = f.connection_request_url, tree_software_version = NULL"
        " FROM device_contact f WHERE i.device_id = $2 AND f.device_id = $1"},
};

constexpr std::array leftovers{
    "device_tree",         "device_recent",  "device_parameter",
    "path_budget",         "rule_outcome",   "rule_quarantine",
    "model_experience",    "cwmp_session",   "connection_request_credential",
    "device_binding",      "open_session",   "trace_order",
    "device_reachability", "device_contact", "device",
};

constexpr Statement read_login{"merge_read_login", "SELECT username, password, previous_username, previous_password "
                                                   "FROM connection_request_credential WHERE device_id "
                                                   "= $1"};
constexpr Statement write_login{
    "merge_write_login",
    "INSERT INTO connection_request_credential (device_id, username, password, previous_username, previous_password)"
    " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (device_id) DO UPDATE SET username = EXCLUDED.username, password = "
    "EXCLUDED.password, previous_username = EXCLUDED.previous_username, previous_password = "
    "EXCLUDED.previous_password, changed_at = now()"};
constexpr Statement move_task{
    "merge_move_task",
    "UPDATE task SET device_id = $2, arguments = $4::jsonb, progress = NULL WHERE device_id = $1 AND task_id = $3"};

/// A secret is sealed for its device: it is opened and sealed anew.
std::string sealed_for(base::Sealer const& sealer, domain::DeviceKey from, domain::DeviceKey into,
                       std::string const& sealed)
{
    if (sealed.empty())
        return {};
    auto const opened = sealer.open(sealed, wake_place(from));
    return opened ? sealer.seal(*opened, wake_place(into)) : std::string{};
}

void move_login(Transaction& transaction, base::Sealer const& sealer, domain::DeviceKey from, domain::DeviceKey into)
{
    for (auto const& row : transaction.exec(read_login, from.value()))
        transaction.exec(write_login, into.value(), std::string{row[0].c_str()},
                         sealed_for(sealer, from, into, row[1].c_str()), std::string{row[2].c_str()},
                         sealed_for(sealer, from, into, row[3].c_str()));
}

void move_queued_tasks(Transaction& transaction, base::Sealer const& sealer, domain::DeviceKey from,
                       domain::DeviceKey into)
{
    static std::string const sql =
        fmt::format("SELECT {} FROM task t WHERE t.device_id = $1 AND t.state = 'queued' FOR UPDATE", task_columns);
    Statement const read_queued{"merge_queued_tasks", sql.c_str()};
    for (auto const& row : transaction.exec(read_queued, from.value())) {
        auto const task = read_task(row, 0, sealer);
        transaction.exec(move_task, from.value(), into.value(), task.id.value(),
                         arguments_text(sealer, into, task.arguments));
    }
}

}  // namespace

base::Result<void> merge_devices(Transaction& transaction, base::Sealer const& sealer, domain::DeviceKey from,
                                 domain::DeviceKey into)
{
    if (from == into)
        return base::fail("both are the same device");
    transaction.exec(lock_identities, from.value(), into.value());
    auto const contacts = transaction.exec(lock_contacts, from.value(), into.value());
    if (contacts.size() != 2)
        return base::fail("one of the devices is gone; look them up again");
    bool is_newer = false;
    for (auto const& row : contacts)
        is_newer = is_newer || (row[0].as<std::int64_t>() == from.value() && row[1].as<bool>());
    for (auto const& statement : moves)
        transaction.exec(statement, from.value(), into.value());
    move_queued_tasks(transaction, sealer, from, into);
    if (is_newer) {
        for (auto const& statement : takings)
            transaction.exec(statement, from.value(), into.value());
        move_login(transaction, sealer, from, into);
    }
    for (auto const* table : leftovers)
        transaction.exec(fmt::format("DELETE FROM {} WHERE device_id = {}", table, from.value()));
    return {};
}

}  // namespace storage
