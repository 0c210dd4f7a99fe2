#include "storage/pg_device_bindings.hpp"

#include "base/log.hpp"
#include "storage/array_text.hpp"
#include "storage/task_columns.hpp"

#include <pqxx/pqxx>

#include <utility>

namespace storage {

namespace {

constexpr Statement write_bindings{
    "write_bindings", "INSERT INTO device_binding AS b (device_id, node, address, is_verified, seen)"
                      " SELECT u.device_id, $1, u.address, u.is_verified, u.seen FROM unnest($2::bigint[], $3::text[],"
                      " $4::boolean[], $5::timestamptz[]) u (device_id, address, is_verified, seen)"
                      " ORDER BY u.device_id"
                      " ON CONFLICT (device_id, node) DO UPDATE SET address = EXCLUDED.address,"
                      " is_verified = EXCLUDED.is_verified, seen = EXCLUDED.seen"};
constexpr Statement drop_bindings{"drop_bindings", "DELETE FROM device_binding WHERE node = $1"
                                                   " AND device_id = ANY ($2::bigint[])"};
constexpr Statement bindings_of_device{
    "bindings_of_device", "SELECT device_id, address, is_verified, seen, node FROM device_binding WHERE device_id = $1"
                          " ORDER BY is_verified DESC, seen DESC, node"};
constexpr Statement bindings_of_node{
    "bindings_of_node", "SELECT device_id, address, is_verified, seen, node FROM device_binding WHERE node = $1"
                        " AND device_id > $2 ORDER BY device_id LIMIT $3"};
constexpr Statement find_stun_logins{
    "find_stun_logins",
    "SELECT n.name, c.device_id, c.password FROM unnest($1::text[]) n (name) CROSS JOIN LATERAL ("
    "(SELECT r.device_id, r.password FROM connection_request_credential r WHERE r.username = n.name"
    " ORDER BY r.device_id LIMIT $2) UNION ALL"
    // Until the device has said that it has the new one, it may still sign with what it had before.
    " (SELECT r.device_id, r.previous_password FROM connection_request_credential r"
    " WHERE r.previous_username = n.name AND r.previous_username <> '' AND r.previous_password <> ''"
    " AND (r.origin = 'set' OR r.confirmed_at IS NULL) ORDER BY r.device_id LIMIT $2)) c"};

std::vector<domain::DeviceBinding> bindings_of(pqxx::result const& rows)
{
    std::vector<domain::DeviceBinding> bindings;
    for (auto const& row : rows)
        bindings.push_back({domain::DeviceKey{row[0].as<std::int64_t>()}, row[1].c_str(), row[2].as<bool>(),
                            parse_time(row[3].c_str()), row[4].c_str()});
    return bindings;
}

}  // namespace

base::Awaitable<void> PgDeviceBindings::write(std::string node, std::vector<domain::DeviceBinding> kept,
                                              std::vector<domain::DeviceKey> gone)
{
    auto work = [node = storable(node), kept = std::move(kept), gone = std::move(gone)](Transaction& transaction) {
        ArrayText devices, addresses, verified, seen, lost;
        for (auto const& binding : kept) {
            devices.add(binding.device.value());
            addresses.add(std::string_view{binding.address});
            verified.add_flag(binding.is_verified);
            seen.add(binding.seen);
        }
        for (auto const device : gone)
            lost.add(device.value());
        if (!kept.empty())
            transaction.exec(write_bindings, node, devices.finish(), addresses.finish(), verified.finish(),
                             seen.finish());
        if (!gone.empty())
            transaction.exec(drop_bindings, node, lost.finish());
        return true;
    };
    static_cast<void>(co_await writes_.run(std::move(work), InDoubt::repeat));
}

base::Awaitable<std::vector<domain::DeviceBinding>> PgDeviceBindings::of_device(domain::DeviceKey device)
{
    auto work = [device](Transaction& transaction) {
        return bindings_of(transaction.exec(bindings_of_device, device.value()));
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::vector<domain::DeviceBinding>> PgDeviceBindings::of_node(std::string node, domain::DeviceKey after,
                                                                              unsigned limit)
{
    auto work = [node = storable(node), after, limit](Transaction& transaction) {
        return bindings_of(transaction.exec(bindings_of_node, node, after.value(), static_cast<int>(limit)));
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::vector<domain::StunLogin>> PgDeviceBindings::logins(std::vector<std::string> usernames)
{
    auto work = [names = std::move(usernames)](Transaction& transaction) {
        ArrayText wanted;
        for (auto const& name : names)
            wanted.add(std::string_view{name});
        std::vector<domain::StunLogin> sealed;
        for (auto const& row :
             transaction.exec(find_stun_logins, wanted.finish(), static_cast<int>(most_of_a_name) + 1))
            sealed.push_back({row[0].c_str(), domain::DeviceKey{row[1].as<std::int64_t>()}, row[2].c_str()});
        return sealed;
    };
    auto found = co_await writes_.run(std::move(work), InDoubt::repeat);
    std::erase_if(found, [this](domain::StunLogin& login) {
        if (login.password.empty())
            return true;  // nothing can be signed with it
        auto opened = sealer_.open(login.password, wake_place(login.device));
        if (opened)
            login.password = *std::move(opened);
        else
            base::log::error("storage.sealed",
                             {{"what", "connection-request password"}, {"reason", opened.error().what}});
        return !opened;
    });
    co_return found;
}

}  // namespace storage
