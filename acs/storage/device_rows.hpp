#pragma once

#include "domain/inventory.hpp"

#include <pqxx/pqxx>

#include <optional>
#include <vector>

// One row of DeviceRow from the tables behind acs.device; the alias of the id that selects it is m.id.
#define ACS_DEVICE_ROW                                                                                                 \
    "SELECT d.device_id, d.manufacturer, d.oui, d.product_class, d.serial_number, d.model_name, c.software_version,"   \
    " c.hardware_version, c.provisioning_code, d.state, coalesce(d.subscriber, ''), d.tags,"                           \
    " coalesce(host(c.address), ''), c.connection_request_url, d.first_seen, c.last_inform, c.last_boot,"              \
    " coalesce(c.last_events, '{}'), coalesce(d.automation_stopped, ''),"                                              \
    " coalesce((SELECT cardinality(t.path_ids) FROM device_tree t WHERE t.device_id = d.device_id), 0)"
#define ACS_DEVICE_TABLES " JOIN device d ON d.device_id = m.id JOIN device_contact c ON c.device_id = m.id"

namespace storage {

/// What ACS_DEVICE_ROW selected.
[[nodiscard]] std::vector<domain::DeviceRow> devices_of(pqxx::result const& rows);
[[nodiscard]] std::optional<domain::DeviceRow> first_device(pqxx::result const& rows);

/// None for NULL.
[[nodiscard]] std::optional<base::TimePoint> optional_time(pqxx::field const& field);

}  // namespace storage
