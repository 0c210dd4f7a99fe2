#include "api/genieacs/document.hpp"

#include "api/genieacs/identity.hpp"
#include "api/genieacs/moments.hpp"
#include "base/time_text.hpp"
#include "cwmp/path.hpp"
#include "cwmp/value_type.hpp"
#include "net/url.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <utility>

namespace api::genieacs {

namespace json = boost::json;

namespace {

json::value time(std::optional<base::TimePoint> const& time)
{
    if (!time || *time == base::TimePoint{})
        return nullptr;
    return json::value(to_iso(*time));
}

/// A number where the text is one that JavaScript keeps whole, else the text.
json::value number_or_text(std::string const& text)
{
    std::int64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    bool const is_whole = error == std::errc{} && end == text.data() + text.size();
    return is_whole ? json::value(number) : json::value(text);
}

json::value typed(std::string const& text, std::string_view type)
{
    switch (cwmp::value_type(type)) {
        case cwmp::ValueType::int_:
        case cwmp::ValueType::unsigned_int: return number_or_text(text);
        case cwmp::ValueType::boolean:
            if (text == "1" || text == "true")
                return true;
            if (text == "0" || text == "false")
                return false;
            break;
        case cwmp::ValueType::date_time:
            if (auto const moment = base::parse_rfc3339(text))
                return json::value(to_iso(*moment));
            break;
        default: break;
    }
    return json::value(text);
}

/// The tree that grows from rows in the order of their paths.
class Tree {
public:
    Tree(json::object& document, Projection const& projection) : document_{document}, projection_{projection} {}

    void add(domain::ParameterRow const& row)
    {
        bool const is_object = cwmp::is_partial(row.path);
        std::string_view path = row.path;
        if (is_object)
            path.remove_suffix(1);
        if (path.empty() || !projection_.wants_some_of(path))
            return;
        set(path, "_object", is_object);
        if (cwmp::instance_number(cwmp::last_segment(row.path)))
            set(path, "_instance", true);
        if (row.writable)
            set(path, "_writable", *row.writable);
        if (row.changed_at)
            set(path, "_timestamp", time(row.changed_at));
        if (is_object || (!row.value && !row.is_secret))
            return;
        set(path, "_value", row.is_secret ? json::value(cwmp::masked_secret) : shown(*row.value, row.type));
        if (!row.type.empty())
            set(path, "_type", json::value(row.type));
    }

private:
    static json::value shown(std::string const& value, std::string const& type)
    {
        return typed(net::without_logins(value), type);
    }

    void set(std::string_view path, std::string_view attribute, json::value value)
    {
        if (projection_.wants_everything() || projection_.wants(fmt::format("{}.{}", path, attribute)))
            node(path)[attribute] = std::move(value);
    }

    json::object& node(std::string_view path)
    {
        auto* object = &document_;
        for (auto const segment : cwmp::Segments{path}) {
            auto& member = (*object)[segment];
            if (!member.is_object())
                member.emplace_object();
            object = &member.get_object();
        }
        return *object;
    }

    json::object& document_;
    Projection const& projection_;
};

json::object who(cwmp::DeviceId const& identity, Projection const& projection)
{
    json::object object;
    for (auto const& [name, value] : {std::pair{"_Manufacturer", &identity.manufacturer},
                                      {"_OUI", &identity.oui},
                                      {"_ProductClass", &identity.product_class},
                                      {"_SerialNumber", &identity.serial_number}})
        if (projection.wants(fmt::format("_deviceId.{}", name)))
            object[name] = *value;
    return object;
}

}  // namespace

json::object document_of(domain::DeviceRow const& device, std::optional<base::TimePoint> last_bootstrap,
                         std::vector<domain::ParameterRow> const& parameters, Projection const& projection)
{
    json::object document{{"_id", document_id(device.identity)}};
    if (auto identity = who(device.identity, projection); !identity.empty())
        document["_deviceId"] = std::move(identity);
    for (auto const& [name, moment] : {std::pair{"_registered", std::optional{device.first_seen}},
                                       {"_lastInform", device.last_inform},
                                       {"_lastBoot", device.last_boot},
                                       {"_lastBootstrap", last_bootstrap}})
        if (moment && projection.wants(name))
            document[name] = time(moment);
    if (projection.wants("_tags"))
        document["_tags"] = json::array(device.tags.begin(), device.tags.end());
    Tree tree{document, projection};
    for (auto const& row : parameters)
        tree.add(row);
    return document;
}

}  // namespace api::genieacs
