#include "cli/task_bodies.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

namespace cli {

namespace json = boost::json;

namespace {

using Body = base::Result<json::object>;
using Operands = std::span<std::string const>;

/// Splits at the first '=' that is not inside the brackets of an alias.
std::optional<std::pair<std::string, std::string>> split(std::string_view text)
{
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        depth += text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0;
        if (text[i] == '=' && depth <= 0 && i > 0)
            return std::pair{std::string{text.substr(0, i)}, std::string{text.substr(i + 1)}};
    }
    return std::nullopt;
}

base::Result<json::object> values_of(Operands operands)
{
    json::object values;
    for (auto const& operand : operands) {
        auto const pair = split(operand);
        if (!pair)
            return base::fail(fmt::format("\"{}\" is not of the form PATH=VALUE", operand));
        if (values.contains(pair->first))
            return base::fail(fmt::format("{} is given twice", pair->first));
        values[pair->first] = pair->second;
    }
    return values;
}

json::array texts(Operands operands)
{
    return json::array(operands.begin(), operands.end());
}

Body with_values(json::object body, char const* field, Operands operands)
{
    auto values = values_of(operands);
    if (!values)
        return std::unexpected{values.error()};
    body[field] = *std::move(values);
    return body;
}

base::Result<unsigned> notification(std::string_view text)
{
    constexpr std::array<std::string_view, 3> names{"off", "passive", "active"};
    for (unsigned i = 0; i < names.size(); ++i)
        if (names[i] == text)
            return i;
    if (text.size() == 1 && text[0] >= '0' && text[0] <= '6')
        return static_cast<unsigned>(text[0] - '0');
    return base::fail(fmt::format("\"{}\" is not a notification: off, passive, active or 0-6", text));
}

Body attributes(Operands operands)
{
    json::array list;
    for (auto const& operand : operands) {
        auto const pair = split(operand);
        if (!pair)
            return base::fail(fmt::format("\"{}\" is not of the form PATH=NOTIFICATION", operand));
        auto const value = notification(pair->second);
        if (!value)
            return std::unexpected{value.error()};
        list.push_back(json::object{{"path", pair->first}, {"notification", *value}});
    }
    return json::object{{"kind", "attributes"}, {"attributes", std::move(list)}};
}

Body rpc(Operands operands)
{
    json::object body{{"kind", "rpc"}, {"method", operands[0]}};
    if (operands.size() < 2)
        return body;
    boost::system::error_code error;
    auto arguments = json::parse(operands[1], error);
    if (error || !arguments.is_object())
        return base::fail(
            fmt::format("the RPC's arguments must be a JSON object such as {{\"parameter_path\":\"Device.\"}}, not {}",
                        operands[1]));
    body["arguments"] = std::move(arguments);
    return body;
}

Body diagnostics(Operands operands)
{
    if (operands[0] != "ping")
        return base::fail(fmt::format("\"{}\" is not a test; there is ping", operands[0]));
    return json::object{{"kind", "diagnostics"}, {"test", "IPPing"}, {"arguments", {{"Host", operands[1]}}}};
}

std::string upload_type(std::string_view name)
{
    if (name.empty() || name == "config")
        return "3 Vendor Configuration File 1";
    return name == "log" ? "4 Vendor Log File 1" : std::string{name};
}

Body own_body(Invocation const& invocation)
{
    auto const& command = invocation.command;
    Operands const operands{invocation.operands};
    if (command == "get")
        return json::object{{"kind", "get"}, {"paths", texts(operands)}};
    if (command == "set")
        return with_values({{"kind", "set"}}, "values", operands);
    if (command == "add")
        return with_values({{"kind", "add"}, {"object", operands[0]}}, "values", operands.subspan(1));
    if (command == "delete")
        return json::object{{"kind", "delete"}, {"object", operands[0]}};
    if (command == "attributes")
        return attributes(operands);
    if (command == "refresh")
        return json::object{{"kind", "refresh"}, {"paths", texts(operands)}};
    if (command == "factory-reset")
        return json::object{{"kind", "factory_reset"}};
    if (command == "diagnostics")
        return diagnostics(operands);
    if (command == "rpc")
        return rpc(operands);
    if (command == "upload")
        return json::object{{"kind", "upload"}, {"file_type", upload_type(invocation.type)}};
    return json::object{{"kind", command}};  // reboot, download
}

void put(json::object& body, char const* name, std::string const& text)
{
    if (!text.empty())
        body[name] = text;
}

}  // namespace

bool makes_task(std::string_view command) noexcept
{
    constexpr std::array<std::string_view, 12> commands{"get",         "set",     "add",    "delete",
                                                        "attributes",  "refresh", "reboot", "factory-reset",
                                                        "diagnostics", "rpc",     "upload", "download"};
    return std::ranges::find(commands, command) != commands.end();
}

Body task_body(Invocation const& invocation)
{
    auto body = own_body(invocation);
    if (!body)
        return body;
    put(*body, "not_before", invocation.not_before);
    put(*body, "expires_at", invocation.expires_at);
    put(*body, "priority", invocation.priority);
    if (!invocation.window.empty()) {
        auto const dash = invocation.window.find('-');
        if (dash == std::string::npos)
            return base::fail(fmt::format("\"{}\" is not a window of time such as 01:00-05:00", invocation.window));
        (*body)["window"] =
            json::object{{"from", invocation.window.substr(0, dash)}, {"until", invocation.window.substr(dash + 1)}};
    }
    return body;
}

std::string download_type(std::string_view name)
{
    constexpr std::pair<std::string_view, std::string_view> types[] = {
        {"", "1 Firmware Upgrade Image"}, {"firmware", "1 Firmware Upgrade Image"},
        {"web", "2 Web Content"},         {"config", "3 Vendor Configuration File"},
        {"tone", "4 Tone File"},          {"ringer", "5 Ringer File"}};
    for (auto const& [short_name, type] : types)
        if (short_name == name)
            return std::string{type};
    return std::string{name};
}

}  // namespace cli
