#include "domain/rpc_json.hpp"

#include "cwmp/message_json.hpp"
#include "domain/json_fields.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace domain {

namespace json = boost::json;

namespace {

/// Reads the elements of an array of objects, each with errors that name its place.
template <class Element>
std::vector<Element> list(JsonFields& fields, std::string_view name, Element (*read)(JsonFields&))
{
    std::vector<Element> elements;
    for (auto const* const object : fields.objects(name)) {
        JsonFields inner{*object, fmt::format("{}[{}].", fields.path_of(name), elements.size())};
        elements.push_back(read(inner));
        fields.adopt(inner);
    }
    return elements;
}

cwmp::ParameterValue parameter_value(JsonFields& fields)
{
    cwmp::ParameterValue value;
    value.name = fields.text("name");
    if (auto const* const given = fields.find("value"))
        value.value = scalar_text(*given).value_or("");
    auto const type = fields.text_or("type", "xsd:string");
    value.type = cwmp::value_type(type);
    if (value.type == cwmp::ValueType::unknown)
        fields.complain("type", fmt::format("'{}' is not a type of TR-069", type));
    return value;
}

cwmp::SetParameterAttributesStruct attribute(JsonFields& fields)
{
    cwmp::SetParameterAttributesStruct value;
    value.name = fields.text("name");
    value.notification_change = fields.flag_or("notification_change", false);
    value.notification = static_cast<int>(fields.number_or("notification", 0));
    value.access_list_change = fields.flag_or("access_list_change", false);
    value.access_list = fields.texts("access_list");
    return value;
}

cwmp::TimeWindowStruct window(JsonFields& fields)
{
    cwmp::TimeWindowStruct value;
    value.window_start = fields.number_or("window_start", 0);
    value.window_end = fields.number_or("window_end", 0);
    value.window_mode = fields.text("window_mode");
    value.user_message = fields.text_or("user_message", "");
    value.max_retries = static_cast<int>(fields.optional_number("max_retries").value_or(-1));
    return value;
}

cwmp::OperationStruct operation(JsonFields& fields)
{
    auto const kind = fields.text("operation");
    if (kind == "install")
        return cwmp::InstallOpStruct{fields.text("url"), fields.optional_text("uuid"), fields.optional_text("username"),
                                     fields.optional_text("password"), fields.optional_text("execution_env_ref")};
    if (kind == "update")
        return cwmp::UpdateOpStruct{fields.optional_text("uuid"), fields.optional_text("version"),
                                    fields.optional_text("url"), fields.optional_text("username"),
                                    fields.optional_text("password")};
    if (kind != "uninstall")
        fields.complain("operation", "must be install, update or uninstall");
    return cwmp::UninstallOpStruct{fields.text("uuid"), fields.optional_text("version"),
                                   fields.optional_text("execution_env_ref")};
}

template <class Transfer>
void read_transfer(JsonFields& fields, Transfer& transfer)
{
    transfer.command_key = fields.text_or("command_key", "");
    transfer.file_type = fields.text("file_type");
    transfer.url = fields.text("url");
    transfer.username = fields.text_or("username", "");
    transfer.password = fields.text_or("password", "");
}

cwmp::Message read_download(JsonFields& fields)
{
    cwmp::Download m;
    read_transfer(fields, m);
    m.file_size = fields.number_or("file_size", 0);
    m.target_file_name = fields.text_or("target_file_name", "");
    m.delay_seconds = fields.number_or("delay_seconds", 0);
    m.success_url = fields.text_or("success_url", "");
    m.failure_url = fields.text_or("failure_url", "");
    return m;
}

cwmp::Message read_upload(JsonFields& fields)
{
    cwmp::Upload m;
    read_transfer(fields, m);
    m.delay_seconds = fields.number_or("delay_seconds", 0);
    return m;
}

cwmp::Message read_schedule_download(JsonFields& fields)
{
    cwmp::ScheduleDownload m;
    read_transfer(fields, m);
    m.file_size = fields.number_or("file_size", 0);
    m.target_file_name = fields.text_or("target_file_name", "");
    m.time_window_list = list(fields, "time_window_list", window);
    if (m.time_window_list.empty() || m.time_window_list.size() > 2)
        fields.complain("time_window_list", "must have one or two windows");
    return m;
}

struct Reader {
    std::string_view method;
    cwmp::Message (*read)(JsonFields&);
};

constexpr std::array readers{
    Reader{"GetRPCMethods", [](JsonFields&) -> cwmp::Message { return cwmp::GetRPCMethods{}; }},
    Reader{"SetParameterValues",
           [](JsonFields& f) -> cwmp::Message {
               return cwmp::SetParameterValues{list(f, "parameter_list", parameter_value),
                                               f.text_or("parameter_key", "")};
           }},
    Reader{"GetParameterValues",
           [](JsonFields& f) -> cwmp::Message { return cwmp::GetParameterValues{f.texts("parameter_names")}; }},
    Reader{"GetParameterNames",
           [](JsonFields& f) -> cwmp::Message {
               return cwmp::GetParameterNames{f.text_or("parameter_path", ""), f.flag_or("next_level", false)};
           }},
    Reader{"SetParameterAttributes",
           [](JsonFields& f) -> cwmp::Message {
               return cwmp::SetParameterAttributes{list(f, "parameter_list", attribute)};
           }},
    Reader{"GetParameterAttributes",
           [](JsonFields& f) -> cwmp::Message { return cwmp::GetParameterAttributes{f.texts("parameter_names")}; }},
    Reader{"AddObject",
           [](JsonFields& f) -> cwmp::Message {
               return cwmp::AddObject{f.text("object_name"), f.text_or("parameter_key", "")};
           }},
    Reader{"DeleteObject",
           [](JsonFields& f) -> cwmp::Message {
               return cwmp::DeleteObject{f.text("object_name"), f.text_or("parameter_key", "")};
           }},
    Reader{"Download", read_download},
    Reader{"Reboot", [](JsonFields& f) -> cwmp::Message { return cwmp::Reboot{f.text_or("command_key", "")}; }},
    Reader{"GetQueuedTransfers", [](JsonFields&) -> cwmp::Message { return cwmp::GetQueuedTransfers{}; }},
    Reader{"ScheduleInform",
           [](JsonFields& f) -> cwmp::Message {
               return cwmp::ScheduleInform{f.number_or("delay_seconds", 1), f.text_or("command_key", "")};
           }},
    Reader{"SetVouchers", [](JsonFields& f) -> cwmp::Message { return cwmp::SetVouchers{f.texts("voucher_list")}; }},
    Reader{"GetOptions", [](JsonFields& f) -> cwmp::Message { return cwmp::GetOptions{f.text_or("option_name", "")}; }},
    Reader{"Upload", read_upload},
    Reader{"FactoryReset", [](JsonFields&) -> cwmp::Message { return cwmp::FactoryReset{}; }},
    Reader{"GetAllQueuedTransfers", [](JsonFields&) -> cwmp::Message { return cwmp::GetAllQueuedTransfers{}; }},
    Reader{"ScheduleDownload", read_schedule_download},
    Reader{"CancelTransfer",
           [](JsonFields& f) -> cwmp::Message { return cwmp::CancelTransfer{f.text("command_key")}; }},
    Reader{"ChangeDUState",
           [](JsonFields& f) -> cwmp::Message {
               return cwmp::ChangeDUState{list(f, "operations", operation), f.optional_text("command_key")};
           }},
};

}  // namespace

base::Result<cwmp::Message> rpc_request(std::string_view method, json::object const& arguments)
{
    JsonFields fields{arguments};
    auto const known = std::ranges::find(readers, method, &Reader::method);
    cwmp::Message message;
    if (known != readers.end())
        message = known->read(fields);
    else if (method.starts_with("X_"))
        message = cwmp::Unknown{std::string{method}, fields.text_or("raw", "")};
    else
        return base::fail(fmt::format("'{}' is not an RPC that an ACS may send; vendor methods begin with X_", method));
    if (auto const checked = fields.finish(); !checked)
        return base::fail(fmt::format("{}: {}", method, checked.error().what));
    return message;
}

json::object rpc_arguments(cwmp::Message const& request)
{
    cwmp::Envelope envelope;
    envelope.message = request;
    auto object = cwmp::to_json(envelope);
    for (auto const* const head : {"method", "id", "namespace", "hold_requests", "session_timeout",
                                   "supported_cwmp_versions", "use_cwmp_version"})
        object.erase(head);
    return object;
}

}  // namespace domain
