#include "storage/rule_marks.hpp"

#include "storage/array_text.hpp"
#include "storage/rule_gate.hpp"

#include <pqxx/pqxx>

namespace storage {

namespace {

constexpr Statement lock_contact_rows{
    "lock_contacts", "SELECT device_id FROM device_contact WHERE device_id = ANY ($1::bigint[]) ORDER BY device_id"
                     " FOR NO KEY UPDATE"};
constexpr Statement mark_contacts{"mark_contacts", "UPDATE device_contact c SET " ACS_GATE_MARKED
                                                   " WHERE c.device_id = ANY ($1::bigint[]) AND " ACS_GATE_UNMARKED};
constexpr Statement touch_devices{"touch_devices", "INSERT INTO rule_touch (device_id) SELECT unnest($1::bigint[])"};

std::string ids_of(std::vector<domain::DeviceKey> const& devices)
{
    ArrayText ids;
    for (auto const device : devices)
        ids.add(device.value());
    return ids.finish();
}

}  // namespace

void lock_contacts(Transaction& transaction, std::vector<domain::DeviceKey> const& devices)
{
    transaction.exec(lock_contact_rows, ids_of(devices));
}

void mark_for_rules(Transaction& transaction, std::vector<domain::DeviceKey> const& devices)
{
    auto const ids = ids_of(devices);
    transaction.exec(mark_contacts, ids);
    transaction.exec(touch_devices, ids);
}

}  // namespace storage
