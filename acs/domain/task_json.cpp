#include "domain/task_json.hpp"

#include "cwmp/path.hpp"
#include "domain/json_fields.hpp"
#include "domain/rpc_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace domain {

namespace json = boost::json;

namespace {

// ---- values to JSON ----

json::array to_array(std::vector<std::string> const& texts)
{
    json::array array;
    for (auto const& text : texts)
        array.emplace_back(text);
    return array;
}

/// {"PATH":"value"}, or {"PATH":{"value":..,"type":..}} where a type was given.
json::object settings_to_json(std::vector<Setting> const& settings)
{
    json::object object;
    for (auto const& setting : settings) {
        if (setting.type)
            object[setting.path] =
                json::object{{"value", setting.value}, {"type", fmt::format("xsd:{}", cwmp::to_string(*setting.type))}};
        else
            object[setting.path] = setting.value;
    }
    return object;
}

struct Writer {
    json::object& out;

    void operator()(GetTask const& t) { out["paths"] = to_array(t.paths); }
    void operator()(SetTask const& t) { out["values"] = settings_to_json(t.settings); }
    void operator()(AddTask const& t)
    {
        out["object"] = t.object;
        out["values"] = settings_to_json(t.settings);
    }
    void operator()(DeleteTask const& t) { out["object"] = t.object; }
    void operator()(AttributesTask const& t)
    {
        json::array list;
        for (auto const& a : t.attributes) {
            json::object element{{"path", a.path}};
            if (a.notification)
                element["notification"] = *a.notification;
            if (a.access_list)
                element["access_list"] = to_array(*a.access_list);
            list.push_back(std::move(element));
        }
        out["attributes"] = std::move(list);
    }
    void operator()(RefreshTask const& t)
    {
        out["paths"] = to_array(t.paths);
        if (t.discovery)
            out["discovery"] = true;
    }
    void operator()(RebootTask const&) {}
    void operator()(FactoryResetTask const&) {}
    void operator()(DownloadTask const& t)
    {
        out["file_type"] = t.file_type;
        if (t.file)
            out["file"] = std::to_string(t.file->value());
        put("url", t.url);
        put("username", t.username);
        put("password", t.password);
        put("target_file_name", t.target_file_name);
        put("expected_version", t.expected_version);
        if (t.file_size != 0)
            out["file_size"] = t.file_size;
        if (t.delay_seconds != 0)
            out["delay_seconds"] = t.delay_seconds;
    }
    void operator()(UploadTask const& t)
    {
        out["file_type"] = t.file_type;
        if (t.delay_seconds != 0)
            out["delay_seconds"] = t.delay_seconds;
    }
    void operator()(ScheduleInformTask const& t) { out["delay_seconds"] = t.delay_seconds; }
    void operator()(DiagnosticsTask const& t)
    {
        out["test"] = t.test;
        out["arguments"] = settings_to_json(t.arguments);
    }
    void operator()(RpcTask const& t)
    {
        out["method"] = cwmp::method_name(t.request);
        out["arguments"] = rpc_arguments(t.request);
    }
    void operator()(CredentialsTask const& t)
    {
        out["login"] = t.login;
        out["connection_request"] = t.connection_request;
    }
    void operator()(RetireTask const&) {}

    void put(char const* name, std::string const& text)
    {
        if (!text.empty())
            out[name] = text;
    }
};

// ---- JSON to values ----

enum class Names { full, relative };

Setting read_setting(JsonFields& fields, std::string const& name, std::string path, json::value const& value)
{
    Setting setting{std::move(path), {}, std::nullopt};
    auto const* typed = value.if_object();
    json::value const* plain = &value;
    if (typed != nullptr) {
        JsonFields inner{*typed, fields.path_of(name) + '.'};
        plain = inner.find("value");
        if (auto const type = inner.optional_text("type")) {
            setting.type = cwmp::value_type(*type);
            if (*setting.type == cwmp::ValueType::unknown)
                inner.complain("type", fmt::format("'{}' is not a type of TR-069", *type));
        }
        fields.adopt(inner);
    }
    auto text = plain == nullptr ? std::nullopt : scalar_text(*plain);
    if (!text)
        fields.complain(name, "must be a string, a number or a boolean");
    setting.value = std::move(text).value_or("");
    return setting;
}

std::vector<Setting> read_settings(JsonFields& fields, std::string_view name, Names names, bool required)
{
    std::vector<Setting> settings;
    auto const* const value = fields.find(name);
    auto const* const object = value == nullptr ? nullptr : value->if_object();
    if (value != nullptr && object == nullptr)
        fields.complain(name, "must be an object of parameter names and values");
    if (object != nullptr)
        for (auto const& member : *object) {
            std::string path{member.key().data(), member.key().size()};
            auto const field = fmt::format("{}.{}", name, path);
            auto const checked = names == Names::full ? cwmp::check_path(path) : base::Result<void>{};
            if (!checked)
                fields.complain(field, checked.error().what);
            else if (path.empty() || path.back() == '.')
                fields.complain(field, fmt::format("'{}' names an object; only parameters have values", path));
            settings.push_back(read_setting(fields, field, std::move(path), member.value()));
        }
    if (required && settings.empty())
        fields.complain(name, "must name at least one parameter");
    return settings;
}

std::vector<std::string> read_paths(JsonFields& fields, bool required)
{
    auto paths = fields.texts("paths");
    if (required && paths.empty())
        fields.complain("paths", "must name at least one parameter or partial path");
    for (auto const& path : paths)
        if (auto const checked = cwmp::check_path(path); !checked)
            fields.complain("paths", checked.error().what);
    return paths;
}

std::string read_object(JsonFields& fields)
{
    auto object = fields.text("object");
    if (auto const checked = cwmp::check_path(object); !checked)
        fields.complain("object", checked.error().what);
    else if (!object.ends_with('.'))
        fields.complain("object", "must end with a dot");
    return object;
}

AttributesTask read_attributes(JsonFields& fields)
{
    AttributesTask task;
    for (auto const* const object : fields.objects("attributes")) {
        JsonFields inner{*object, fmt::format("attributes[{}].", task.attributes.size())};
        AttributeSetting setting{inner.text("path"), std::nullopt, std::nullopt};
        if (auto const number = inner.optional_number("notification")) {
            if (*number < 0 || *number > 6)
                inner.complain("notification", "must be 0 to 6");
            setting.notification = static_cast<unsigned>(*number);
        }
        if (inner.find("access_list") != nullptr)
            setting.access_list = inner.texts("access_list");
        fields.adopt(inner);
        task.attributes.push_back(std::move(setting));
    }
    if (task.attributes.empty())
        fields.complain("attributes", "must have at least one element");
    return task;
}

std::optional<FileId> read_file_id(JsonFields& fields)
{
    auto const text = fields.optional_text("file");
    if (!text)
        return std::nullopt;
    std::int64_t id = 0;
    auto const [end, error] = std::from_chars(text->data(), text->data() + text->size(), id);
    if (error != std::errc{} || end != text->data() + text->size())
        fields.complain("file", "must be the id of a stored file");
    return FileId{id};
}

DownloadTask read_download(JsonFields& fields)
{
    DownloadTask task;
    task.file_type = fields.text_or("file_type", "1 Firmware Upgrade Image");
    task.file = read_file_id(fields);
    task.url = fields.text_or("url", "");
    if (task.file.has_value() == !task.url.empty())
        fields.complain("file", "or url must be given, one of the two");
    if (task.url.size() > 256)
        fields.complain("url", "must have at most 256 characters (TR-069 A.3.2.8)");
    task.username = fields.text_or("username", "");
    task.password = fields.text_or("password", "");
    task.target_file_name = fields.text_or("target_file_name", "");
    task.file_size = fields.number_or("file_size", 0);
    task.delay_seconds = fields.number_or("delay_seconds", 0);
    task.expected_version = fields.text_or("expected_version", "");
    return task;
}

using Reading = std::expected<TaskArguments, std::vector<FieldComplaint>>;

Reading read_rpc(JsonFields& fields)
{
    auto const method = fields.text("method");
    auto const* const given = fields.find("arguments");
    auto const* const object = given == nullptr ? nullptr : given->if_object();
    if (given != nullptr && object == nullptr)
        fields.complain("arguments", "must be an object");
    if (auto complaints = fields.finish_each(); !complaints.empty())
        return std::unexpected{std::move(complaints)};
    auto message = rpc_request(method, object == nullptr ? json::object{} : *object);
    if (!message)
        return std::unexpected{
            std::vector<FieldComplaint>{{"arguments", fmt::format("do not fit: {}", message.error().what)}}};
    return RpcTask{*std::move(message)};
}

std::optional<TaskArguments> read_kind(std::string_view kind, JsonFields& fields)
{
    if (kind == "get")
        return GetTask{read_paths(fields, true)};
    if (kind == "set")
        return SetTask{read_settings(fields, "values", Names::full, true)};
    if (kind == "add")
        return AddTask{read_object(fields), read_settings(fields, "values", Names::relative, false)};
    if (kind == "delete")
        return DeleteTask{read_object(fields)};
    if (kind == "attributes")
        return read_attributes(fields);
    if (kind == "refresh")
        return RefreshTask{read_paths(fields, false), fields.flag_or("discovery", false)};
    if (kind == "reboot")
        return RebootTask{};
    if (kind == "factory_reset")
        return FactoryResetTask{};
    if (kind == "download")
        return read_download(fields);
    if (kind == "upload")
        return UploadTask{fields.text_or("file_type", "3 Vendor Configuration File 1"),
                          fields.number_or("delay_seconds", 0)};
    if (kind == "schedule_inform")
        return ScheduleInformTask{fields.number_or("delay_seconds", 1)};
    if (kind == "diagnostics")
        return DiagnosticsTask{fields.text_or("test", "IPPing"),
                               read_settings(fields, "arguments", Names::relative, false)};
    if (kind == "credentials")
        return CredentialsTask{fields.flag_or("login", true), fields.flag_or("connection_request", true)};
    if (kind == "retire")
        return RetireTask{};
    return std::nullopt;
}

}  // namespace

json::object to_json(TaskArguments const& arguments)
{
    json::object object;
    std::visit(Writer{object}, arguments);
    return object;
}

Reading read_task_arguments(std::string_view kind, json::object const& json)
{
    JsonFields fields{json};
    if (kind == "rpc")
        return read_rpc(fields);
    auto task = read_kind(kind, fields);
    if (!task)
        return std::unexpected{std::vector<FieldComplaint>{
            {"kind", fmt::format("'{}' is not a kind of task; there are get, set, add, delete, attributes, refresh, "
                                 "reboot, factory_reset, download, upload, schedule_inform, diagnostics and rpc",
                                 kind)}}};
    if (auto complaints = fields.finish_each(); !complaints.empty())
        return std::unexpected{std::move(complaints)};
    return *std::move(task);
}

base::Result<TaskArguments> task_arguments(std::string_view kind, json::object const& json)
{
    auto task = read_task_arguments(kind, json);
    if (!task)
        return base::fail(fmt::format("{}: {}", kind, to_text(task.error())));
    return *std::move(task);
}

}  // namespace domain
