#include "api/genieacs/task_document.hpp"

#include "api/genieacs/identity.hpp"
#include "api/genieacs/moments.hpp"
#include "api/views.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace api::genieacs {

namespace json = boost::json;

namespace {

struct Name {
    std::string_view own, theirs;
};
constexpr auto names = std::to_array<Name>({{"get", "getParameterValues"},
                                            {"set", "setParameterValues"},
                                            {"refresh", "refreshObject"},
                                            {"add", "addObject"},
                                            {"delete", "deleteObject"},
                                            {"reboot", "reboot"},
                                            {"factory_reset", "factoryReset"},
                                            {"download", "download"}});

std::string_view name_of(std::string_view kind)
{
    auto const* const found = std::ranges::find(names, kind, &Name::own);
    return found == names.end() ? kind : found->theirs;
}

/// {"PATH": value or {"value","type"}} as [[path, value, type], ...].
json::array values_of(json::value const& settings)
{
    json::array values;
    for (auto const& member : settings.as_object()) {
        json::array each{json::value(member.key())};
        if (auto const* const typed = member.value().if_object()) {
            each.push_back(typed->at("value"));
            each.push_back(typed->at("type"));
        } else {
            each.push_back(member.value());
        }
        values.emplace_back(std::move(each));
    }
    return values;
}

json::string without_dot(json::value const& path)
{
    auto name = path.as_string();
    if (name.ends_with('.'))
        name.resize(name.size() - 1);
    return name;
}

/// Puts our arguments under the names that they have there.
void add_arguments(json::object& document, std::string_view kind, json::object const& arguments)
{
    if (kind == "get") {
        document["parameterNames"] = arguments.at("paths");
    } else if (kind == "set") {
        document["parameterValues"] = values_of(arguments.at("values"));
    } else if (kind == "add" || kind == "delete") {
        document["objectName"] = without_dot(arguments.at("object"));
        if (kind == "add")
            document["parameterValues"] = values_of(arguments.at("values"));
    } else if (kind == "refresh") {
        auto const& paths = arguments.at("paths").as_array();
        document["objectName"] = paths.empty() ? json::string{} : without_dot(paths.front());
        if (paths.size() > 1)
            document["objectNames"] = paths;
    } else if (kind == "download") {
        document["fileType"] = arguments.at("file_type");
        for (auto const& [own, theirs] : {std::pair{"target_file_name", "targetFileName"}, {"url", "url"}})
            if (auto const* const value = arguments.if_contains(own))
                document[theirs] = *value;
    } else if (!arguments.empty()) {
        document["arguments"] = arguments;
    }
}

}  // namespace

json::object document_of(domain::TaskRow const& row)
{
    auto const view = view_of(row);
    auto const kind = domain::kind_of(row.task.arguments);
    json::object document{{"_id", view.at("id")},
                          {"device", document_id(row.identity)},
                          {"name", name_of(kind)},
                          {"timestamp", to_iso(std::max(row.task.created, row.task.not_before))}};
    if (row.task.expires_at)
        document["expiry"] = to_iso(*row.task.expires_at);
    add_arguments(document, kind, view.at("arguments").as_object());
    return document;
}

}  // namespace api::genieacs
