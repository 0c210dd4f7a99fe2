// Conditions over devices that have a name.
#include "domain/groups.hpp"
#include "api/audit.hpp"
#include "api/device_lookup.hpp"
#include "api/endpoints.hpp"
#include "api/json_body.hpp"
#include "api/query.hpp"
#include "base/log.hpp"
#include "base/time_text.hpp"
#include "cwmp/device_id.hpp"
#include "domain/fleet.hpp"
#include "domain/json_fields.hpp"
#include "domain/operator.hpp"
#include "net/url.hpp"

#include <fmt/format.h>

namespace api {

namespace json = boost::json;

namespace {

constexpr char groups_cursor = 'n';
constexpr std::size_t longest_description = 1'000;  ///< bytes
constexpr unsigned sample = 10;                     ///< devices that are shown of a group

json::object view_of(domain::DeviceGroup const& group)
{
    return {{"name", group.name},
            {"description", group.description},
            {"where", group.condition},
            {"made_by", group.made_by},
            {"made_at", base::to_rfc3339(group.made_at)},
            {"changed_at", base::to_rfc3339(group.changed_at)}};
}

struct GroupRequest {
    std::string name;
    std::optional<std::string> description, condition;
};

/// `is_new`: with a name, and all that must be there.
Outcome<GroupRequest> read_group(Call const& call, bool is_new)
{
    auto const object = read_object(call.request.body, R"x({"name":"gold","where":"'gold' = any(tags)"})x");
    if (!object)
        return std::unexpected{object.error()};
    domain::JsonFields fields{*object};
    GroupRequest wanted;
    if (is_new) {
        wanted.name = fields.text("name");
        if (object->contains("name") && !domain::is_operator_name(wanted.name))
            fields.complain("name", "must be 1 to 64 characters of a-z, 0-9, '.', '_', '-' and '@', the first a letter "
                                    "or a digit");
    }
    wanted.description = fields.optional_text("description");
    wanted.condition = is_new ? std::optional{fields.text("where")} : fields.optional_text("where");
    if (wanted.description && wanted.description->size() > longest_description)
        fields.complain("description", fmt::format("has {} bytes, at most {} are kept", wanted.description->size(),
                                                   longest_description));
    if (wanted.condition && object->contains("where"))
        if (auto const checked = call.context.services.guard.check(*wanted.condition); !checked)
            fields.complain("where", checked.error().what);
    if (!is_new && !wanted.description && !wanted.condition)
        fields.complain("where", "or description must be given");
    if (auto complaints = fields.finish_each(); !complaints.empty())
        return wrong_fields(std::move(complaints));
    if (auto const allowed = narrowed(call, wanted.condition); !allowed)
        return std::unexpected{allowed.error()};
    return wanted;
}

base::Awaitable<std::optional<domain::DeviceGroup>> find_group(Call const& call)
{
    co_return co_await call.context.services.groups.find(net::percent_decoded(call.argument));
}

}  // namespace

Answer list_groups(Call call)
{
    Query query{call.request.query()};
    auto const limit = query.limit();
    auto const after = query.after(groups_cursor);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto groups = co_await call.context.services.groups.list(after, limit + 1);
    std::optional<std::string> next;
    if (groups.size() > limit) {
        groups.resize(limit);
        next = make_cursor(groups_cursor, groups.back().name);
    }
    json::array items;
    for (auto const& group : groups)
        items.push_back(view_of(group));
    co_return list_response(std::move(items), next);
}

Answer add_group(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto wanted = read_group(call, true);
    if (!wanted)
        co_return std::unexpected{std::move(wanted).error()};
    domain::DeviceGroup group;
    group.name = wanted->name;
    group.description = wanted->description.value_or("");
    group.condition = *wanted->condition;
    group.made_by = call.caller.name;
    auto const made = co_await call.context.services.groups.add(std::move(group));
    if (!made)
        co_return problem(409, "conflict",
                          fmt::format("There is a group {} already, or there are {}, as many as there may be.",
                                      wanted->name, domain::most_groups));
    base::log::info("api.group_changed", {{"group", made->name}, {"change", "added"}, {"by", call.caller.name}});
    co_await audit(call, "group.added", fmt::format("group {}", made->name), nullptr, view_of(*made));
    auto answer = json_response(201, view_of(*made));
    answer.headers.set("Location", fmt::format("/api/v1/groups/{}", made->name));
    co_return answer;
}

Answer show_group(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const group = co_await find_group(call);
    if (!group)
        co_return not_found("group", call.argument);
    auto view = view_of(*group);
    view["devices"] = nullptr;
    view["sample"] = json::array{};
    view["problem"] = nullptr;
    auto const condition = narrowed(call, group->condition);
    if (!condition && condition.error().status == 403)
        co_return std::unexpected{condition.error()};
    if (!condition) {
        view["problem"] = condition.error().detail;
        co_return json_response(200, view);
    }
    auto const members = co_await call.context.services.inventory.search(*condition, domain::DeviceKey{}, sample);
    if (!members) {
        view["problem"] = members.error().what;
        co_return json_response(200, view);
    }
    for (auto const& device : *members)
        view["sample"].as_array().emplace_back(cwmp::external_id(device.identity));
    auto const count = co_await call.context.services.fleet_search.count(*condition);
    if (count)
        view["devices"] = *count;
    else
        view["problem"] = count.error().what;
    co_return json_response(200, view);
}

Answer change_group(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto wanted = read_group(call, false);
    if (!wanted)
        co_return std::unexpected{std::move(wanted).error()};
    auto const before = co_await find_group(call);
    if (!before)
        co_return not_found("group", call.argument);
    auto const after =
        co_await call.context.services.groups.change(before->name, wanted->description, wanted->condition);
    if (!after)
        co_return not_found("group", call.argument);
    base::log::info("api.group_changed", {{"group", after->name}, {"change", "changed"}, {"by", call.caller.name}});
    co_await audit(call, "group.changed", fmt::format("group {}", after->name), view_of(*before), view_of(*after));
    co_return json_response(200, view_of(*after));
}

Answer remove_group(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const group = co_await find_group(call);
    if (!group)
        co_return not_found("group", call.argument);
    bool const is_gone = co_await call.context.services.groups.remove(group->name);
    if (!is_gone)
        co_return not_found("group", call.argument);
    base::log::info("api.group_changed", {{"group", group->name}, {"change", "removed"}, {"by", call.caller.name}});
    co_await audit(call, "group.removed", fmt::format("group {}", group->name), view_of(*group), nullptr);
    net::Response response;
    response.status = 204;
    co_return response;
}

}  // namespace api
