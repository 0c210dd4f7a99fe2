#include "api/task_request.hpp"

#include "api/json_body.hpp"
#include "api/views.hpp"
#include "base/time_text.hpp"
#include "domain/json_fields.hpp"
#include "domain/task_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

namespace api {

namespace json = boost::json;

namespace {

/// False for characters that XML 1.0 cannot carry at all: no CPE could ever be sent them.
bool fits_xml(std::string_view text)
{
    return std::ranges::none_of(
        text, [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\n' && c != '\r'; });
}

std::string_view view(json::string_view text)
{
    return {text.data(), text.size()};
}

/// Notes every text, names included, that holds a control character.
void check_texts(json::value const& value, std::string const& field, std::vector<FieldError>& errors)
{
    if (auto const* const text = value.if_string(); text != nullptr && !fits_xml(view(*text)))
        errors.push_back({field, "holds a control character, which no message to a device can carry."});
    if (auto const* const array = value.if_array())
        for (std::size_t i = 0; i < array->size(); ++i)
            check_texts((*array)[i], fmt::format("{}[{}]", field, i), errors);
    if (auto const* const object = value.if_object())
        for (auto const& member : *object) {
            if (!fits_xml(view(member.key())))
                errors.push_back(
                    {field.empty() ? "body" : field, "has a member whose name holds a control character."});
            else
                check_texts(member.value(), fmt::format("{}{}{}", field, field.empty() ? "" : ".", view(member.key())),
                            errors);
        }
}

std::optional<base::TimePoint> read_time(domain::JsonFields& fields, std::string_view name)
{
    auto const text = fields.optional_text(name);
    if (!text)
        return std::nullopt;
    auto const time = base::parse_rfc3339(*text);
    if (!time)
        fields.complain(name, "must be a time such as \"2026-03-01T12:00:00Z\" (RFC 3339)");
    return time;
}

domain::Priority read_priority(domain::JsonFields& fields)
{
    auto const text = fields.optional_text("priority");
    if (!text)
        return domain::Priority::person;
    auto const value = priority(*text);
    if (!value)
        fields.complain("priority", "must be \"person\", \"automation\" or \"bulk\"");
    return value.value_or(domain::Priority::person);
}

std::optional<domain::TaskWindow> read_window(domain::JsonFields& fields)
{
    auto const* const value = fields.find("window");
    if (value == nullptr)
        return std::nullopt;
    auto const* const object = value->if_object();
    if (object == nullptr) {
        fields.complain("window", R"(must be an object such as {"from":"01:00","until":"05:00"})");
        return std::nullopt;
    }
    domain::JsonFields inner{*object, "window."};
    bool are_times = true;
    auto const read = [&](std::string_view name) {
        auto const text = inner.optional_text(name);
        auto const time = text ? domain::time_of_day(*text) : std::nullopt;
        if (!time)
            inner.complain(name, R"(must be a time of day such as "01:30", 00:00 to 23:59)");
        are_times = are_times && time.has_value();
        return time.value_or(std::chrono::minutes{0});
    };
    domain::TaskWindow const window{read("from"), read("until")};
    fields.adopt(inner);
    if (are_times && window.from == window.until)
        fields.complain("window", "must end at another time than it begins");
    return window;
}

void check_times(domain::JsonFields& fields, domain::Task const& task, base::TimePoint now)
{
    if (!task.expires_at)
        return;
    if (*task.expires_at <= now)
        fields.complain("expires_at", fmt::format("must lie in the future; it is now {}", base::to_rfc3339(now)));
    else if (*task.expires_at <= task.not_before)
        fields.complain("expires_at", "must be later than not_before");
}

constexpr std::string_view common_fields[] = {"kind", "not_before", "expires_at", "priority", "window"};

/// Splits the fields that every task has from the arguments of its kind.
json::object take_common(json::object& arguments)
{
    json::object common;
    for (auto const name : common_fields)
        if (auto const found = arguments.find(name); found != arguments.end()) {
            common[name] = std::move(found->value());
            arguments.erase(found);
        }
    return common;
}

void append(std::vector<FieldError>& errors, std::vector<domain::FieldComplaint> complaints)
{
    for (auto& complaint : complaints)
        errors.push_back({std::move(complaint.field), fmt::format("{}.", complaint.what)});
}

std::size_t items_of(domain::TaskArguments const& arguments)
{
    if (auto const* const get = std::get_if<domain::GetTask>(&arguments))
        return get->paths.size();
    if (auto const* const set = std::get_if<domain::SetTask>(&arguments))
        return set->settings.size();
    if (auto const* const add = std::get_if<domain::AddTask>(&arguments))
        return add->settings.size();
    if (auto const* const attributes = std::get_if<domain::AttributesTask>(&arguments))
        return attributes->attributes.size();
    if (auto const* const refresh = std::get_if<domain::RefreshTask>(&arguments))
        return refresh->paths.size();
    if (auto const* const diagnostics = std::get_if<domain::DiagnosticsTask>(&arguments))
        return diagnostics->arguments.size();
    return 1;
}

void check_arguments(domain::TaskArguments const& arguments, std::uint32_t max_items, std::vector<FieldError>& errors)
{
    if (items_of(arguments) > max_items)
        errors.push_back({"body", fmt::format("has {} paths or values, one task takes at most {}.", items_of(arguments),
                                              max_items)});
    if (auto const* const refresh = std::get_if<domain::RefreshTask>(&arguments);
        refresh != nullptr && refresh->discovery)
        errors.push_back({"discovery", "is the server's own mark; leave it out."});
    if (std::holds_alternative<domain::CredentialsTask>(arguments))
        errors.push_back({"kind", "credentials is ordered with POST /devices/{device}/credentials/rotate."});
    if (std::holds_alternative<domain::RetireTask>(arguments))
        errors.push_back({"kind", "retire is ordered with POST /devices/{device}/retire."});
}

}  // namespace

std::string take_common_fields(json::object& body, domain::Task& task, base::TimePoint now,
                               std::vector<FieldError>& errors)
{
    auto const common = take_common(body);
    domain::JsonFields fields{common};
    auto kind = fields.text("kind");
    if (kind.empty() && common.contains("kind") && common.at("kind").is_string())
        fields.complain("kind", "is empty");
    task.created = now;
    task.not_before = read_time(fields, "not_before").value_or(base::TimePoint{});
    task.expires_at = read_time(fields, "expires_at");
    task.priority = read_priority(fields);
    task.window = read_window(fields);
    check_times(fields, task, now);
    append(errors, fields.finish_each());
    return kind;
}

Outcome<domain::Task> read_task_request(std::string_view body, base::TimePoint now, std::uint32_t max_items)
{
    auto object = read_object(body, R"({"kind":"reboot"})");
    if (!object)
        return std::unexpected{std::move(object).error()};
    return read_task_request(*std::move(object), now, max_items);
}

Outcome<domain::Task> read_task_request(json::object arguments, base::TimePoint now, std::uint32_t max_items)
{
    std::vector<FieldError> errors;
    check_texts(arguments, "", errors);
    domain::Task task;
    auto const kind = take_common_fields(arguments, task, now, errors);
    if (!kind.empty()) {
        if (auto read = domain::read_task_arguments(kind, arguments); !read)
            append(errors, std::move(read).error());
        else
            task.arguments = *std::move(read);
        check_arguments(task.arguments, max_items, errors);
    }
    if (!errors.empty())
        return unprocessable(std::move(errors));
    return task;
}

Outcome<void> check_permission(Caller const& caller, domain::TaskArguments const& arguments)
{
    bool const changes_parameters =
        std::holds_alternative<domain::SetTask>(arguments) || std::holds_alternative<domain::AddTask>(arguments) ||
        std::holds_alternative<domain::DeleteTask>(arguments) ||
        std::holds_alternative<domain::AttributesTask>(arguments) || std::holds_alternative<domain::RpcTask>(arguments);
    if (changes_parameters && !caller.permissions.has(domain::Permission::parameters_write))
        return forbidden(
            fmt::format("A task of kind {} needs the permission parameters.write.", domain::kind_of(arguments)));
    return {};
}

}  // namespace api
