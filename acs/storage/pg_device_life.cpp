#include "storage/pg_device_life.hpp"

#include "base/crypto.hpp"
#include "domain/device.hpp"
#include "storage/array_text.hpp"
#include "storage/event_sql.hpp"
#include "storage/login_kinds.hpp"
#include "storage/pg_audit.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

namespace storage {

namespace {

constexpr Statement read_standing{"read_login_standing",
                                  "SELECT login_state, login_until FROM device WHERE device_id = $1"};
constexpr Statement read_logins{"read_device_logins",
                                "SELECT username, origin, created, used_at, next_at, revoked_at FROM credential"
                                " WHERE device_id = $1 ORDER BY created, username"};
constexpr Statement read_wake{"read_wake_login", "SELECT username, origin, changed_at, confirmed_at"
                                                 " FROM connection_request_credential WHERE device_id = $1"};
constexpr Statement allow_device{
    "allow_re_enrolment",
    "UPDATE device SET login_state = 'allowed', login_until = $2::timestamptz WHERE device_id = $1"
    " AND state IN ('active', 'conflict', 'retiring') AND login_state IN ('proven', 're-enrolling', 'allowed')"
    " RETURNING device_id"};
constexpr Statement read_state{"read_device_state", "SELECT state FROM device WHERE device_id = $1 FOR UPDATE"};
constexpr Statement begin_retirement{
    "begin_retirement",
    "WITH former AS (SELECT device_id, state FROM device WHERE device_id = $1),"
    " begun AS (UPDATE device d SET state = 'retiring', retire_by = $2::timestamptz FROM former f"
    " WHERE d.device_id = f.device_id RETURNING d.device_id, d.state, f.state AS former) " ACS_STATE_EVENTS("begun")};
constexpr Statement cancel_tasks{
    "cancel_tasks_of_retiring",
    ACS_END_TASKS("UPDATE task SET state = 'cancelled', updated = now(), fault_text = 'the device is being retired'"
                  " WHERE device_id = $1 AND state = 'queued'")};
constexpr Statement order_retirement{
    "order_retirement", "INSERT INTO task (device_id, task_id, kind, priority, origin) VALUES ($1, $2, 'retire', 0, "
                        "'retirement')"};
constexpr Statement end_retirement{
    "end_retirement",
    "WITH former AS (SELECT device_id, state FROM device WHERE device_id = $1),"
    " gone AS (UPDATE device d SET state = 'retired', login_state = 'none', login_until = NULL, retire_by = NULL,"
    " automation_stopped = NULL, automation_stopped_at = NULL FROM former f WHERE d.device_id = f.device_id"
    " RETURNING d.device_id, d.state, f.state AS former), told AS (" ACS_STATE_EVENTS(
        "gone") ")," ACS_RETIRE_PARTS " SELECT count(*) FROM gone"};

// A new table with a column of this name is purged without being named here. The chain of the audit trail stays: it
// holds no values.
constexpr Statement tables_of_devices{
    "tables_of_devices",
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'device_id' AND NOT a.attisdropped"
    " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'audit'"
    " ORDER BY c.relname = 'device', c.relname"};
constexpr Statement purge_files{"purge_files", "DELETE FROM file WHERE uploaded_by = $1 RETURNING stored_as"};
constexpr Statement orphan_children{"orphan_children",
                                    "UPDATE device SET parent_device = NULL WHERE parent_device = $1"};
// What is erased must not be told again: who knows the device's name knows its hash.
constexpr Statement tell_purge{"tell_purge", "INSERT INTO event (at, device_id, event_id, kind, detail) VALUES (now(),"
                                             " 0, event_number(1), 'device.purged', jsonb_build_object("
                                             "'device_sha256', $1::text))"};
constexpr Statement read_identities{
    "read_identities", "SELECT oui, product_class, serial_number FROM device_identity WHERE device_id = $1"};
constexpr Statement read_name{"read_device_name",
                              "SELECT oui, product_class, serial_number FROM device WHERE device_id = $1"};

std::optional<base::TimePoint> time_in(pqxx::field const& field)
{
    if (field.is_null())
        return std::nullopt;
    return parse_time({field.c_str(), field.size()});
}

domain::DeviceLogins logins_of(Transaction& transaction, domain::DeviceKey device)
{
    domain::DeviceLogins found;
    for (auto const& row : transaction.exec(read_standing, device.value())) {
        found.state = domain::login_state(row[0].c_str());
        found.allowed_until = time_in(row[1]);
    }
    for (auto const& row : transaction.exec(read_logins, device.value()))
        found.logins.push_back({row[0].c_str(), row[1].c_str(), time_in(row[2]).value_or(base::TimePoint{}),
                                time_in(row[3]), time_in(row[4]), time_in(row[5])});
    for (auto const& row : transaction.exec(read_wake, device.value()))
        found.wake = {row[0].c_str(), row[1].c_str(), time_in(row[2]).value_or(base::TimePoint{}), time_in(row[3])};
    return found;
}

domain::DeviceState state_of(Transaction& transaction, domain::DeviceKey device)
{
    auto const rows = transaction.exec(read_state, device.value());
    return rows.empty() ? domain::DeviceState::retired
                        : domain::device_state(rows.front()[0].c_str()).value_or(domain::DeviceState::pending);
}

/// Of the name that the API has for the device.
std::string hash_of_name(Transaction& transaction, domain::DeviceKey device)
{
    for (auto const& row : transaction.exec(read_name, device.value()))
        return base::to_hex(base::sha256(cwmp::external_id({"", row[0].c_str(), row[1].c_str(), row[2].c_str()})));
    return {};
}

/// Incidents and strangers may name a device that was not known when they were noted.
std::uint64_t purge_rumours(Transaction& transaction, domain::DeviceKey device)
{
    constexpr Statement purge{"purge_incidents", "DELETE FROM incident WHERE identity = $1"};
    constexpr Statement purge_strangers{
        "purge_strangers", "DELETE FROM stranger WHERE oui = $1 AND product_class = $2 AND serial_number = $3"};
    std::uint64_t rows = 0;
    for (auto const& row : transaction.exec(read_identities, device.value())) {
        std::string const oui = row[0].c_str();
        std::string const product_class = row[1].c_str();
        std::string const serial_number = row[2].c_str();
        rows += transaction.exec(purge, cwmp::external_id({"", oui, product_class, serial_number})).affected_rows();
        rows += transaction.exec(purge_strangers, oui, product_class, serial_number).affected_rows();
    }
    return rows;
}

}  // namespace

base::Awaitable<domain::DeviceLogins> PgDeviceLife::logins(domain::DeviceKey device)
{
    auto work = [device](Transaction& transaction) { return logins_of(transaction, device); };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<base::Result<void>> PgDeviceLife::re_enrol(domain::DeviceKey device, base::TimePoint until)
{
    auto work = [device, until](Transaction& transaction) -> base::Result<void> {
        if (transaction.exec(allow_device, device.value(), time_text(until)).empty())
            return base::fail("it is not in service, or has no login of its own that it could have lost");
        return {};
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<base::Result<std::optional<domain::TaskId>>> PgDeviceLife::retire(domain::DeviceKey device,
                                                                                  domain::Retirement retirement)
{
    domain::TaskId const id{ids_.next()};
    auto work = [device, retirement, id](Transaction& transaction) -> base::Result<std::optional<domain::TaskId>> {
        using enum domain::DeviceState;
        auto const state = state_of(transaction, device);
        if (state == retired || (state == retiring && retirement.factory_reset))
            return base::fail(fmt::format("it is {} already", domain::to_text(state)));
        // Nothing is written to a device that was never let in.
        bool const is_reset = retirement.factory_reset && state != pending && state != rejected;
        if (!is_reset) {
            transaction.exec(end_retirement, device.value());
            return std::nullopt;
        }
        transaction.exec(begin_retirement, device.value(), time_text(retirement.by));
        transaction.exec(cancel_tasks, device.value());
        transaction.exec(order_retirement, device.value(), id.value());
        return id;
    };
    auto ordered = co_await writes_.run(std::move(work));
    if (ordered && *ordered && news_ != nullptr)
        news_->announce(device, **ordered, true);
    co_return ordered;
}

base::Awaitable<base::Result<domain::Purged>> PgDeviceLife::purge(domain::DeviceKey device, domain::AuditEntry entry)
{
    auto work = [device, entry = std::move(entry)](Transaction& transaction) -> base::Result<domain::Purged> {
        using enum domain::DeviceState;
        auto const state = state_of(transaction, device);
        if (state != retired && state != rejected && state != pending)
            return base::fail(fmt::format("it is {}: retire it first", domain::to_text(state)));
        auto const name_hash = hash_of_name(transaction, device);
        domain::Purged purged;
        for (auto const& row : transaction.exec(purge_files, device.value()))
            purged.files.emplace_back(row[0].c_str());
        transaction.exec(orphan_children, device.value());
        purged.rows = purged.files.size() + purge_rumours(transaction, device);
        bool has_entries = false;
        for (auto const& row : transaction.exec(tables_of_devices)) {
            std::string const table = row[0].c_str();
            auto const erased = transaction
                                    .exec(fmt::format("DELETE FROM public.{} WHERE device_id = {}",
                                                      transaction.raw().quote_name(table), device.value()))
                                    .affected_rows();
            has_entries = has_entries || (table == "audit_value" && erased > 0);
            purged.rows += erased;
        }
        auto written = entry;
        written.after = fmt::format(R"({{"rows":{}}})", purged.rows);
        // Entries whose values are gone name the device still: this one tells that they may be. Else nothing names it.
        if (!has_entries)
            written.device.reset();
        append_audit(transaction, std::move(written));
        transaction.exec(tell_purge, name_hash);
        return purged;
    };
    co_return co_await writes_.run(std::move(work));
}

}  // namespace storage
