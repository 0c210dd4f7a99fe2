#include "api/views.hpp"

#include "base/time_text.hpp"
#include "cwmp/device_id.hpp"
#include "domain/task_json.hpp"
#include "net/url.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <optional>
#include <string>

namespace api {

namespace json = boost::json;

namespace {

json::value time(std::optional<base::TimePoint> const& time)
{
    if (!time || *time == base::TimePoint{})
        return nullptr;
    return json::value(base::to_rfc3339(*time));
}

json::value text_or_null(std::string const& text)
{
    return text.empty() ? json::value(nullptr) : json::value(text);
}

json::array texts(std::vector<std::string> const& list)
{
    json::array array;
    for (auto const& text : list)
        array.emplace_back(text);
    return array;
}

json::value window(std::optional<domain::TaskWindow> const& window)
{
    if (!window)
        return nullptr;
    return json::object{{"from", domain::time_of_day_text(window->from)},
                        {"until", domain::time_of_day_text(window->until)}};
}

/// The stored JSON of a result; null when there is none.
json::value result(std::string const& text)
{
    boost::system::error_code error;
    auto value = text.empty() ? json::value(nullptr) : json::parse(text, error);
    if (error || !value.is_object())
        return nullptr;
    mask_secrets(value);
    return value;
}

json::value fault(domain::TaskRow const& row)
{
    if (!row.fault_code && row.fault_text.empty())
        return nullptr;
    return json::object{{"code", row.fault_code ? json::value(*row.fault_code) : json::value(nullptr)},
                        {"text", net::without_logins(row.fault_text)}};
}

}  // namespace

json::object view_of(domain::DeviceRow const& device)
{
    return {{"id", cwmp::external_id(device.identity)},
            {"oui", device.identity.oui},
            {"product_class", device.identity.product_class},
            {"serial_number", device.identity.serial_number},
            {"manufacturer", device.identity.manufacturer},
            {"model_name", device.model_name},
            {"software_version", device.software_version},
            {"hardware_version", device.hardware_version},
            {"provisioning_code", device.provisioning_code},
            {"state", domain::to_text(device.state)},
            {"subscriber", text_or_null(device.subscriber)},
            {"tags", texts(device.tags)},
            {"ip_address", text_or_null(device.ip_address)},
            {"connection_request_url", text_or_null(net::without_logins(device.connection_request_url))},
            {"first_seen", time(device.first_seen)},
            {"last_inform", time(device.last_inform)},
            {"last_boot", time(device.last_boot)},
            {"last_events", texts(device.last_events)},
            {"automation_stopped", text_or_null(device.automation_stopped)},
            {"parameters", device.parameters}};
}

json::object view_of(domain::ParameterRow const& parameter, domain::Secrets secrets)
{
    bool const is_withheld = parameter.is_secret && secrets == domain::Secrets::withheld;
    auto optional = [](auto const& value) { return value ? json::value(*value) : json::value(nullptr); };
    return {{"path", parameter.path},
            {"value", is_withheld ? json::value(nullptr) : optional(parameter.value)},
            {"secret", parameter.is_secret},
            {"type", text_or_null(parameter.type)},
            {"writable", optional(parameter.writable)},
            {"notification", optional(parameter.notification)},
            {"changed_at", time(parameter.changed_at)}};
}

json::object view_of(domain::TaskRow const& row)
{
    auto const& task = row.task;
    json::value arguments = domain::to_json(task.arguments);
    mask_secrets(arguments);
    return {{"id", std::to_string(task.id.value())},
            {"device", cwmp::external_id(row.identity)},
            {"kind", domain::kind_of(task.arguments)},
            {"arguments", std::move(arguments)},
            {"state", domain::to_text(task.state)},
            {"priority", to_text(task.priority)},
            {"created", time(task.created)},
            {"not_before", time(task.not_before)},
            {"expires_at", time(task.expires_at)},
            {"window", window(task.window)},
            {"sent_at", time(task.sent_at)},
            {"deadline", time(task.deadline)},
            {"updated", time(row.updated)},
            {"attempts", task.attempts},
            {"command_key", text_or_null(task.command_key)},
            {"origin", task.origin},
            {"result", result(row.result)},
            {"fault", fault(row)}};
}

json::object view_of(domain::File const& file)
{
    return {{"id", std::to_string(file.id.value())},
            {"name", file.name},
            {"file_type", file.file_type},
            {"version", text_or_null(file.version)},
            {"product_class", text_or_null(file.product_class)},
            {"size", file.size},
            {"sha256", file.sha256},
            {"created", time(file.created)}};
}

std::string_view to_text(domain::Priority priority) noexcept
{
    if (priority == domain::Priority::person)
        return "person";
    return priority < domain::Priority::bulk ? "automation" : "bulk";
}

std::optional<domain::Priority> priority(std::string_view text) noexcept
{
    for (auto const value : {domain::Priority::person, domain::Priority::automation, domain::Priority::bulk})
        if (text == to_text(value))
            return value;
    return std::nullopt;
}

}  // namespace api
