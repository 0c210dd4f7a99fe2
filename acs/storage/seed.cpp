#include "storage/seed.hpp"

#include "cwmp/device_id.hpp"
#include "datamodel/node.hpp"
#include "storage/array_text.hpp"
#include "storage/session_path.hpp"

#include <fmt/format.h>
#include <pqxx/stream_to>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace storage {

namespace {

constexpr std::int64_t devices_in_a_chunk = 10'000;
constexpr std::int64_t trees_in_a_chunk = 500;
constexpr std::string_view reason = "acs seed";

/// One device of many.
struct Seedling {
    std::int64_t id = 0, number = 0;
    cwmp::DeviceId identity;
};

Seedling seedling(SeedSettings const& settings, std::int64_t number)
{
    cwmp::DeviceId identity{settings.manufacturer, settings.oui, settings.product_class,
                            fmt::format("{}{:0{}}", settings.serial_prefix, number, settings.serial_digits)};
    return {identity_hash(identity, 0), number, std::move(identity)};
}

/// A name of the kind that trees are full of: tables of interfaces and hosts with some leaves each.
std::string path_of(std::uint32_t index)
{
    static constexpr std::array tables{"Device.WiFi.SSID.",     "Device.Ethernet.Interface.", "Device.Hosts.Host.",
                                       "Device.IP.Interface.",  "Device.NAT.PortMapping.",    "Device.QoS.Queue.",
                                       "Device.Firewall.Rule.", "Device.Routing.Router."};
    static constexpr std::array leaves{"Enable",      "Status",         "Alias",      "Name",      "LowerLayers",
                                       "MACAddress",  "Description",    "LastChange", "BytesSent", "BytesReceived",
                                       "PacketsSent", "ErrorsReceived", "IPAddress",  "Order",     "Interface",
                                       "HostName",    "Active",         "LeaseTime",  "Origin",    "Priority"};
    auto const leaf = index % leaves.size();
    auto const object = index / leaves.size();
    return fmt::format("{}{}.{}", tables[object % tables.size()], object / tables.size() + 1, leaves[leaf]);
}

/// Some values are alike in the whole fleet, some differ from device to device.
std::string value_of(std::uint32_t index, std::int64_t device)
{
    switch (index % 5) {
        case 0: return "true";
        case 1: return "Up";
        case 2: return fmt::format("cpe-{}", index);
        case 3: return fmt::format("{}", device * 7919 + index);
        default:
            return fmt::format("02:00:{:02X}:{:02X}:{:02X}:{:02X}", device >> 16 & 255, device >> 8 & 255, device & 255,
                               index & 255);
    }
}

void refuse_real_inventory(Transaction& transaction, SeedSettings const& settings)
{
    auto const others = transaction.raw().exec_params(
        "SELECT serial_number FROM device WHERE NOT starts_with(serial_number, $1) LIMIT 1", settings.serial_prefix);
    if (!others.empty())
        throw std::invalid_argument{
            fmt::format("the inventory holds devices that were not made by acs seed (serial number {}): devices for "
                        "measurements belong into a database of their own",
                        others[0][0].c_str())};
}

/// Of the numbers from `first` to `last` those whose device is not there yet.
std::vector<Seedling> missing(Transaction& transaction, SeedSettings const& settings, std::int64_t first,
                              std::int64_t last)
{
    std::vector<Seedling> all;
    ArrayText ids;
    for (auto number = first; number <= last; ++number)
        ids.add(all.emplace_back(seedling(settings, number)).id);
    static constexpr Statement which{"which_seedlings", "SELECT n FROM unnest($1::bigint[]) WITH ORDINALITY u (id, n) "
                                                        "JOIN device d ON d.device_id = u.id ORDER BY n DESC"};
    for (auto const& row : transaction.exec(which, ids.finish()))
        all.erase(all.begin() + row[0].as<std::ptrdiff_t>() - 1);
    return all;
}

void copy_devices(Transaction& transaction, SeedSettings const& settings, std::vector<Seedling> const& devices,
                  std::string const& now)
{
    auto& work = transaction.raw();
    {
        pqxx::stream_to rows{work, "device",
                             std::vector<std::string>{"device_id", "state", "manufacturer", "oui", "product_class",
                                                      "serial_number", "inform_interval", "first_seen"}};
        for (auto const& [id, number, identity] : devices)
            rows << std::make_tuple(id, "active", identity.manufacturer, identity.oui, identity.product_class,
                                    identity.serial_number, 86'400, now);
        rows.complete();
    }
    {
        pqxx::stream_to rows{work, "device_identity",
                             std::vector<std::string>{"identity_hash", "device_id", "oui", "product_class",
                                                      "serial_number", "made_by", "first_seen"}};
        for (auto const& [id, number, identity] : devices)
            rows << std::make_tuple(id, id, identity.oui, identity.product_class, identity.serial_number, 0, now);
        rows.complete();
    }
    {
        pqxx::stream_to rows{work, "device_contact",
                             std::vector<std::string>{"device_id", "session_epoch", "last_inform", "informs",
                                                      "periodic_informs", "address", "last_events", "last_event_keys",
                                                      "software_version", "connection_request_url"}};
        for (auto const& [id, number, identity] : devices)
            rows << std::make_tuple(id, 1, now, 1, 1,
                                    fmt::format("10.{}.{}.{}", number >> 16 & 255, number >> 8 & 255, number & 255),
                                    "{\"2 PERIODIC\"}", "{\"\"}", settings.software_version,
                                    fmt::format("http://10.0.0.1:7547/{}", number));
        rows.complete();
    }
    pqxx::stream_to rows{work, "device_recent",
                         std::vector<std::string>{"device_id", "version", "path_ids", "values", "changed"}};
    for (auto const& device : devices)
        rows << std::make_tuple(device.id, 0, "{}", "{}", "{}");
    rows.complete();
}

/// The ids of the names of all seeded trees, ascending; names that are new are made, the first ones promoted.
std::vector<std::int32_t> make_paths(Transaction& transaction, SeedSettings const& settings)
{
    ArrayText names;
    ArrayText promoted;
    for (std::uint32_t index = 0; index < settings.parameters; ++index) {
        names.add(std::string_view{path_of(index)});
        if (index < settings.promoted)
            promoted.add(std::string_view{path_of(index)});
    }
    static constexpr Statement make{"seed_paths",
                                    "WITH made AS (INSERT INTO path (path, is_secret) SELECT unnest($1::text[]), false"
                                    " ON CONFLICT (path) DO NOTHING RETURNING 1)"
                                    " UPDATE path_count SET paths = paths + (SELECT count(*) FROM made)"};
    static constexpr Statement promote{"seed_promoted",
                                       "INSERT INTO promoted (pattern, reason) SELECT unnest($1::text[]), $2"
                                       " ON CONFLICT DO NOTHING"};
    static constexpr Statement read{"read_seed_paths",
                                    "SELECT path_id FROM path WHERE path = ANY ($1::text[]) ORDER BY path_id"};
    auto const list = names.finish();
    transaction.exec(make, list);
    transaction.exec(promote, promoted.finish(), std::string{reason});
    std::vector<std::int32_t> ids;
    for (auto const& row : transaction.exec(read, list))
        ids.push_back(row[0].as<std::int32_t>());
    return ids;
}

void copy_trees(Transaction& transaction, SeedSettings const& settings, std::vector<Seedling> const& devices,
                std::vector<std::int32_t> const& path_ids, base::TimePoint at)
{
    auto const now = time_text(at);
    auto const seconds = base::seconds_since_1970(at);
    auto const ids = array_text(std::vector<std::int64_t>{path_ids.begin(), path_ids.end()});
    auto const changed = array_text(std::vector<std::int64_t>(path_ids.size(), seconds));
    auto const bits = datamodel::packed(
        {.path = {}, .value = "", .type = cwmp::ValueType::string, .writable = datamodel::Writable::yes});
    std::string flags = "\\x";
    for (std::size_t i = 0; i < path_ids.size(); ++i)
        flags += fmt::format("{:04x}", bits);
    {
        pqxx::stream_to rows{transaction.raw(), "device_tree",
                             std::vector<std::string>{"device_id", "stored_at", "software_version", "read_at",
                                                      "path_ids", "values", "changed", "flags"}};
        for (auto const& device : devices) {
            ArrayText values;
            for (std::uint32_t index = 0; index < path_ids.size(); ++index)
                values.add(std::string_view{value_of(index, device.number)});
            rows << std::make_tuple(device.id, now, settings.software_version, "{}", ids, values.finish(), changed,
                                    flags);
        }
        rows.complete();
    }
    pqxx::stream_to rows{transaction.raw(), "device_parameter",
                         std::vector<std::string>{"device_id", "path_id", "value", "since"}};
    for (auto const& device : devices)
        for (std::uint32_t index = 0; index < std::min<std::size_t>(settings.promoted, path_ids.size()); ++index)
            rows << std::make_tuple(device.id, path_ids[index], value_of(index, device.number), now);
    rows.complete();
}

SeedReport measure(Transaction& transaction)
{
    auto const row = transaction.exec(
        "SELECT (SELECT count(*) FROM device), (SELECT count(*) FROM device_tree),"
        " pg_total_relation_size('device_tree'), pg_total_relation_size('device_parameter'),"
        " (SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace ="
        " 'public'::regnamespace AND relname ~ '^device')")[0];
    return {row[0].as<std::int64_t>(), row[1].as<std::int64_t>(), row[2].as<std::int64_t>(), row[3].as<std::int64_t>(),
            row[4].as<std::int64_t>()};
}

}  // namespace

SeedReport seed(Database& database, base::Clock const& clock, SeedSettings const& settings,
                std::function<void(std::int64_t)> const& tell)
{
    if (settings.trees > settings.devices)
        throw std::invalid_argument{"there cannot be more trees than devices"};
    auto const path_ids = database.run_here([&](Transaction& transaction) {
        refuse_real_inventory(transaction, settings);
        return make_paths(transaction, settings);
    });
    for (std::int64_t done = 0; done < settings.devices;) {
        bool const with_trees = done < settings.trees;
        auto const end = with_trees ? std::min(done + trees_in_a_chunk, settings.trees)
                                    : std::min(done + devices_in_a_chunk, settings.devices);
        database.run_here([&](Transaction& transaction) {
            auto const devices = missing(transaction, settings, settings.first + done, settings.first + end - 1);
            copy_devices(transaction, settings, devices, time_text(clock.now()));
            if (with_trees)
                copy_trees(transaction, settings, devices, path_ids, clock.now());
            return true;
        });
        done = end;
        tell(done);
    }
    return database.run_here([](Transaction& transaction) {
        transaction.exec(
            "ANALYZE device, device_identity, device_contact, device_recent, device_tree, device_parameter");
        return measure(transaction);
    });
}

}  // namespace storage
