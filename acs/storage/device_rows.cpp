#include "storage/device_rows.hpp"

#include "storage/array_text.hpp"

#include <cstdint>
#include <string_view>

namespace storage {

namespace {

std::string_view text(pqxx::field const& field)
{
    return {field.c_str(), field.size()};
}

domain::DeviceRow device_of(pqxx::row const& row)
{
    domain::DeviceRow device;
    device.key = domain::DeviceKey{row[0].as<std::int64_t>()};
    device.identity = {row[1].c_str(), row[2].c_str(), row[3].c_str(), row[4].c_str()};
    device.model_name = row[5].c_str();
    device.software_version = row[6].c_str();
    device.hardware_version = row[7].c_str();
    device.provisioning_code = row[8].c_str();
    device.state = domain::device_state(text(row[9])).value_or(domain::DeviceState::pending);
    device.subscriber = row[10].c_str();
    device.tags = parse_texts(text(row[11]));
    device.ip_address = row[12].c_str();
    device.connection_request_url = row[13].c_str();
    device.first_seen = parse_time(text(row[14]));
    device.last_inform = optional_time(row[15]);
    device.last_boot = optional_time(row[16]);
    device.last_events = parse_texts(text(row[17]));
    device.automation_stopped = row[18].c_str();
    device.parameters = row[19].as<std::uint32_t>();
    return device;
}

}  // namespace

std::optional<base::TimePoint> optional_time(pqxx::field const& field)
{
    if (field.is_null())
        return std::nullopt;
    return parse_time(text(field));
}

std::vector<domain::DeviceRow> devices_of(pqxx::result const& rows)
{
    std::vector<domain::DeviceRow> devices;
    devices.reserve(rows.size());
    for (auto const& row : rows)
        devices.push_back(device_of(row));
    return devices;
}

std::optional<domain::DeviceRow> first_device(pqxx::result const& rows)
{
    if (rows.empty())
        return std::nullopt;
    return device_of(rows.front());
}

}  // namespace storage
