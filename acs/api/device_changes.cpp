#include "api/audit.hpp"
#include "api/device_lookup.hpp"
#include "api/endpoints.hpp"
#include "api/json_body.hpp"
#include "api/query.hpp"
#include "api/views.hpp"
#include "base/log.hpp"
#include "cwmp/device_id.hpp"
#include "domain/device_admin.hpp"
#include "domain/inventory.hpp"
#include "domain/json_fields.hpp"
#include "domain/tag.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <fmt/format.h>

#include <utility>

namespace api {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_text = 256;         ///< bytes of a subscriber, an access node
constexpr std::size_t longest_attribute = 1'024;  ///< bytes of its value
constexpr std::size_t longest_name = 64;          ///< bytes of its name

/// A change as it was asked for; the parent device is not looked up yet.
struct WantedChange {
    domain::DeviceChange change;
    std::optional<std::string> parent;  ///< its id; empty: none
};

/// A text that null takes away, as "" does.
std::optional<std::string> clearable(domain::JsonFields& fields, json::object const& object, std::string_view name)
{
    auto const* const member = object.if_contains(name);
    auto text = fields.optional_text(name);
    if (member != nullptr && member->is_null())
        return std::string{};
    if (text && text->size() > longest_text)
        fields.complain(name, fmt::format("has {} bytes, at most {} are kept", text->size(), longest_text));
    return text;
}

void check_attribute(domain::JsonFields& fields, std::string_view name, json::value const& value)
{
    auto const field = fmt::format("attributes.{}", name);
    if (name.empty() || name.size() > longest_name)
        fields.complain("attributes", fmt::format("has a name that is empty or longer than {} bytes", longest_name));
    else if (value.is_object() || value.is_array())
        fields.complain(field, "must be a text, a number, true, false or null");
    else if (auto const* const text = value.if_string(); text != nullptr && text->size() > longest_attribute)
        fields.complain(field, fmt::format("has {} bytes, at most {} are kept", text->size(), longest_attribute));
}

std::optional<std::string> read_attributes(domain::JsonFields& fields)
{
    auto const* const value = fields.find("attributes");
    if (value == nullptr)
        return std::nullopt;
    auto const* const object = value->if_object();
    if (object == nullptr) {
        fields.complain("attributes", R"(must be an object such as {"contract":"C-17","floor":null})");
        return std::nullopt;
    }
    for (auto const& member : *object)
        check_attribute(fields, {member.key().data(), member.key().size()}, member.value());
    return json::serialize(*object);
}

Outcome<WantedChange> read_change(std::string_view body)
{
    auto const object = read_object(body, R"({"state":"active"})");
    if (!object)
        return std::unexpected{object.error()};
    domain::JsonFields fields{*object};
    WantedChange wanted;
    auto& change = wanted.change;
    if (auto const state = fields.optional_text("state")) {
        change.state = domain::device_state(*state);
        if (!change.state || change.state == domain::DeviceState::conflict)
            fields.complain("state", "must be pending, active, retiring, retired or rejected");
    }
    change.time_zone = fields.optional_text("time_zone");
    if (auto tags = fields.texts("tags"); object->contains("tags")) {
        if (auto const problem = domain::tags_problem(tags); !problem.empty())
            fields.complain("tags", problem);
        change.tags = domain::plain_tags(std::move(tags));
    }
    change.subscriber = clearable(fields, *object, "subscriber");
    change.access_node = clearable(fields, *object, "access_node");
    wanted.parent = clearable(fields, *object, "parent_device");
    change.attributes = read_attributes(fields);
    if (object->empty())
        fields.complain("state", "or another member must be given");
    if (auto complaints = fields.finish_each(); !complaints.empty())
        return wrong_fields(std::move(complaints));
    return wanted;
}

/// Looks the parent device up: one that the caller may see.
base::Awaitable<Outcome<void>> find_parent(Call const& call, WantedChange& wanted, domain::DeviceKey device)
{
    if (!wanted.parent)
        co_return Outcome<void>{};
    if (wanted.parent->empty()) {
        wanted.change.parent_device = domain::DeviceKey{};
        co_return Outcome<void>{};
    }
    auto const parent = co_await find_device(call, *wanted.parent);
    if (!parent)
        co_return unprocessable({{"parent_device", fmt::format("There is no device {}.", *wanted.parent)}});
    if (parent->key == device)
        co_return unprocessable({{"parent_device", "is the same device."}});
    wanted.change.parent_device = parent->key;
    co_return Outcome<void>{};
}

Outcome<std::string> read_target(std::string_view body)
{
    auto const object = read_object(body, R"({"into":"00D09E-HG%2D1000-S1"})");
    if (!object)
        return std::unexpected{object.error()};
    domain::JsonFields fields{*object};
    auto into = fields.text("into");
    if (auto complaints = fields.finish_each(); !complaints.empty())
        return wrong_fields(std::move(complaints));
    return into;
}

json::value parsed(std::string const& text)
{
    boost::system::error_code error;
    auto value = json::parse(text, error);
    return error ? json::value(nullptr) : value;
}

/// Former and new values of what was asked for.
class Differences {
public:
    template <class Value>
    void note(std::string_view name, std::optional<Value> const& former, std::optional<Value> const& wanted)
    {
        if (!wanted)
            return;
        before[name] = former ? json::value_from(*former) : json::value(nullptr);
        after[name] = json::value_from(*wanted);
    }
    json::object before, after;
};

Differences differences(domain::DeviceChange const& former, WantedChange const& wanted)
{
    auto const& change = wanted.change;
    auto const text = [](domain::DeviceState state) { return std::string{domain::to_text(state)}; };
    Differences found;
    found.note("state", former.state.transform(text), change.state.transform(text));
    found.note("time_zone", former.time_zone, change.time_zone);
    found.note("tags", former.tags, change.tags);
    found.note("subscriber", former.subscriber, change.subscriber);
    found.note("access_node", former.access_node, change.access_node);
    if (wanted.parent)
        found.after["parent_device"] = *wanted.parent;
    found.note("attributes", former.attributes.transform(parsed), change.attributes.transform(parsed));
    return found;
}

}  // namespace

Answer change_device(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto wanted = read_change(call.request.body);
    if (!wanted)
        co_return std::unexpected{std::move(wanted).error()};
    auto const device = co_await find_device(call, std::string{call.argument});
    if (!device)
        co_return std::unexpected{device.error()};
    if (auto found = co_await find_parent(call, *wanted, device->key); !found)
        co_return std::unexpected{std::move(found).error()};
    auto const changed = co_await call.context.services.admin.change(device->key, wanted->change);
    if (!changed)
        co_return unprocessable({{wanted->change.time_zone ? "time_zone" : "body", changed.error().what}});
    auto const found = differences(*changed, *wanted);
    base::log::info("api.device_changed", {{"device", cwmp::external_id(device->identity)},
                                           {"change", json::serialize(found.after)},
                                           {"by", call.caller.name}});
    co_await audit(call, "device.changed", cwmp::external_id(device->identity), found.before, found.after, device->key);
    co_return co_await show_device(call.context, device->key);
}

Answer merge_device(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const target = read_target(call.request.body);
    if (!target)
        co_return std::unexpected{target.error()};
    auto const from = co_await find_device(call, std::string{call.argument});
    if (!from)
        co_return std::unexpected{from.error()};
    auto const into = co_await find_device(call, *target);
    if (!into)
        co_return unprocessable({{"into", fmt::format("There is no device {}.", *target)}});
    if (into->key == from->key)
        co_return unprocessable({{"into", "is the same device."}});
    auto const merged = co_await call.context.services.admin.merge(from->key, into->key);
    if (!merged)
        co_return problem(409, "conflict", fmt::format("They could not be made one: {}.", merged.error().what));
    base::log::info("api.device_merged", {{"from", cwmp::external_id(from->identity)},
                                          {"into", cwmp::external_id(into->identity)},
                                          {"by", call.caller.name}});
    co_await audit(call, "device.merged", cwmp::external_id(from->identity), view_of(*from),
                   boost::json::object{{"into", cwmp::external_id(into->identity)}}, into->key);
    co_return co_await show_device(call.context, into->key);
}

}  // namespace api
