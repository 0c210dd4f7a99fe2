#include "storage/pg_inventory.hpp"

#include "base/log.hpp"
#include "base/unavailable.hpp"
#include "cwmp/path.hpp"
#include "storage/array_text.hpp"
#include "storage/device_rows.hpp"
#include "storage/fleet_search.hpp"
#include "storage/inventory_read.hpp"
#include "storage/task_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace storage {

namespace {

constexpr Statement list_devices{
    "list_devices",
    ACS_DEVICE_ROW " FROM (SELECT a.id FROM acs.device a WHERE a.id > $1 ORDER BY a.id LIMIT $2) m" ACS_DEVICE_TABLES
                   " ORDER BY d.device_id"};
constexpr Statement find_device{"find_device", ACS_DEVICE_ROW " FROM (VALUES ($1::bigint)) m (id)" ACS_DEVICE_TABLES};
constexpr Statement find_device_by_identity{
    "find_device_by_identity",
    ACS_DEVICE_ROW " FROM (SELECT i.device_id AS id FROM device_identity i WHERE i.identity_hash = ANY ($1::bigint[])"
                   " AND i.oui = $2 AND i.product_class = $3 AND i.serial_number = $4 LIMIT 1) m" ACS_DEVICE_TABLES};
constexpr Statement count_all{"inventory_totals", "SELECT (SELECT count(*) FROM device), (SELECT count(*) FROM task "
                                                  "WHERE state IN ('queued', 'sent', 'waiting', 'unknown')),"
                                                  " (SELECT count(*) FROM file)"};
constexpr Statement find_wake_credentials{"find_wake_credentials",
                                          "SELECT username, password, previous_username, previous_password FROM "
                                          "connection_request_credential WHERE device_id = $1"};
constexpr Statement find_last_inform{"find_last_inform", "SELECT last_inform FROM device_contact WHERE device_id = $1"};

constexpr unsigned salts = 8;  ///< as many as a look-up of a session tries after collisions

/// The devices after a key that meet the condition.
std::vector<domain::DeviceRow> run_search(Transaction& transaction, ComposedSearch search, domain::DeviceKey after,
                                          unsigned limit)
{
    auto const from = search.add(std::to_string(after.value()));
    auto const most = search.add(std::to_string(limit));
    auto const sql =
        fmt::format("{} FROM (SELECT device.id FROM {} WHERE {} AND device.id > {} ORDER BY device.id LIMIT {}) m{}"
                    " ORDER BY d.device_id",
                    ACS_DEVICE_ROW, search.pieces.from, search.pieces.where, from, most, ACS_DEVICE_TABLES);
    return devices_of(search.run(transaction, sql));
}

/// Those of `keys` (an array) that meet the condition.
std::vector<domain::DeviceKey> run_match(Transaction& transaction, ComposedSearch search, std::string keys)
{
    auto const among = search.add(std::move(keys));
    auto const sql = fmt::format("SELECT device.id FROM {} WHERE {} AND device.id = ANY({}::bigint[])",
                                 search.pieces.from, search.pieces.where, among);
    std::vector<domain::DeviceKey> found;
    for (auto const& row : search.run(transaction, sql))
        found.emplace_back(row[0].as<std::int64_t>());
    return found;
}

domain::ParameterRow parameter_of(datamodel::Node const& node, domain::Secrets secrets)
{
    domain::ParameterRow row;
    row.path = node.path;
    row.is_secret = !node.is_object() && cwmp::is_secret_path(node.path);
    if (node.value && !node.is_object() && (!row.is_secret || secrets == domain::Secrets::shown))
        row.value = *node.value;
    if (node.type != cwmp::ValueType::unknown)
        row.type = fmt::format("xsd:{}", cwmp::to_string(node.type));
    if (node.writable != datamodel::Writable::unknown)
        row.writable = node.writable == datamodel::Writable::yes;
    if (node.notification != datamodel::notification_unknown)
        row.notification = node.notification;
    if (node.changed != 0)
        row.changed_at = base::TimePoint{std::chrono::seconds{node.changed}};
    return row;
}

}  // namespace

base::Awaitable<base::Result<std::vector<domain::DeviceRow>>>
PgInventory::search(std::optional<domain::Condition> where, domain::DeviceKey after, unsigned limit)
{
    auto work = [this, where = std::move(where), after, limit](Transaction& transaction) {
        if (!where)
            return devices_of(transaction.exec(list_devices, after.value(), limit));
        return run_search(transaction, compose(transaction, *where, parts_.compose), after, limit);
    };
    co_return co_await search_with(parts_.searches, std::move(work));
}

base::Awaitable<std::vector<domain::DeviceKey>> PgInventory::matching(std::vector<domain::DeviceKey> keys,
                                                                      domain::Condition condition)
{
    ArrayText array;
    for (auto const key : keys)
        array.add(key.value());
    auto work = [this, keys = array.finish(), condition](Transaction& transaction) {
        return run_match(transaction, compose(transaction, condition, parts_.compose), keys);
    };
    std::string problem;
    bool is_of_values = false;  // those of some device, not the condition itself
    try {
        co_return co_await parts_.searches.run(std::move(work));
    } catch (pqxx::sql_error const& refusal) {
        problem = first_sentence(refusal.what());
        if (failure_of(refusal) == Failure::timed_out)
            throw base::Unavailable{"deciding which devices meet a condition took too long: " + problem};
        is_of_values = dynamic_cast<pqxx::data_exception const*>(&refusal) != nullptr;
    }
    if (is_of_values && keys.size() > 1)
        co_return co_await matching_in_halves(std::move(keys), std::move(condition));
    base::log::warning("storage.device_filter", {{"reason", problem}});
    co_return std::vector<domain::DeviceKey>{};
}

/// For when the values of one of them are nothing that the condition can be asked of: the others are still told apart.
base::Awaitable<std::vector<domain::DeviceKey>> PgInventory::matching_in_halves(std::vector<domain::DeviceKey> keys,
                                                                                domain::Condition condition)
{
    auto const middle = keys.begin() + static_cast<std::ptrdiff_t>(keys.size() / 2);
    std::vector<domain::DeviceKey> const first{keys.begin(), middle}, second{middle, keys.end()};
    auto found = co_await matching(first, condition);
    auto const more = co_await matching(second, std::move(condition));
    found.insert(found.end(), more.begin(), more.end());
    co_return found;
}

base::Awaitable<std::optional<domain::DeviceRow>> PgInventory::find(cwmp::DeviceId identity)
{
    auto normal = cwmp::normalized(std::move(identity));
    if (!normal)
        co_return std::nullopt;
    for (auto* const part : {&normal->oui, &normal->product_class, &normal->serial_number})
        *part = storable(*part);
    ArrayText hashes;
    for (unsigned salt = 0; salt < salts; ++salt)
        hashes.add(parts_.hash(*normal, salt));
    auto work = [id = *std::move(normal), hashes = hashes.finish()](Transaction& transaction) {
        return first_device(
            transaction.exec(find_device_by_identity, hashes, id.oui, id.product_class, id.serial_number));
    };
    co_return co_await read(std::move(work));
}

base::Awaitable<std::optional<domain::DeviceRow>> PgInventory::find(domain::DeviceKey key)
{
    auto work = [key](Transaction& transaction) { return first_device(transaction.exec(find_device, key.value())); };
    co_return co_await read(std::move(work));
}

base::Awaitable<domain::InventoryTotals> PgInventory::totals()
{
    auto work = [](Transaction& transaction) {
        auto const row = transaction.exec(count_all).front();
        return domain::InventoryTotals{row[0].as<std::uint64_t>(), row[1].as<std::uint64_t>(),
                                       row[2].as<std::uint64_t>()};
    };
    co_return co_await read(std::move(work));
}

base::Awaitable<std::vector<domain::ParameterRow>> PgInventory::parameters(domain::DeviceKey device, std::string below,
                                                                           std::string after, unsigned limit,
                                                                           domain::Secrets secrets)
{
    auto const tree = co_await parts_.trees.load(device);
    std::vector<domain::ParameterRow> rows;
    auto const take = [&](datamodel::Node const& node) {
        if (rows.size() < limit && (after.empty() || node.path > after))
            rows.push_back(parameter_of(node, secrets));
    };
    if (cwmp::has_wildcard(below))
        for (auto const& node : tree.matching(below))
            take(node);
    else
        for (auto const node : tree.subtree(below))
            take(node);
    co_return rows;
}

base::Awaitable<std::vector<domain::Inventory::WakeCredentials>> PgInventory::wake_credentials(domain::DeviceKey device)
{
    auto work = [device](Transaction& transaction) {
        std::vector<WakeCredentials> found;
        for (auto const& row : transaction.exec(find_wake_credentials, device.value()))
            for (int const at : {0, 2})
                if (at == 0 || row[at + 1].size() > 0)
                    found.push_back({row[at].c_str(), row[at + 1].c_str()});
        return found;
    };
    auto found = co_await read(std::move(work));
    std::erase_if(found, [&](WakeCredentials& login) {
        if (login.password.empty())
            return false;
        auto opened = parts_.sealer.open(login.password, wake_place(device));
        if (opened) {
            login.password = *std::move(opened);
            return false;
        }
        base::log::error("storage.sealed", {{"what", "connection-request password"}, {"reason", opened.error().what}});
        return true;
    });
    co_return found;
}

base::Awaitable<std::optional<base::TimePoint>> PgInventory::last_inform(domain::DeviceKey device)
{
    auto work = [device](Transaction& transaction) -> std::optional<base::TimePoint> {
        auto const rows = transaction.exec(find_last_inform, device.value());
        if (rows.empty())
            return std::nullopt;
        return optional_time(rows.front()[0]);
    };
    co_return co_await read(std::move(work));
}

}  // namespace storage
