// What operators may do.
#include "api/audit.hpp"
#include "api/endpoints.hpp"
#include "api/json_body.hpp"
#include "api/operator_book.hpp"
#include "api/operator_views.hpp"
#include "api/query.hpp"
#include "domain/condition.hpp"
#include "domain/json_fields.hpp"
#include "domain/operator_store.hpp"

#include <fmt/format.h>

namespace api {

namespace json = boost::json;

namespace {

constexpr char roles_cursor = 'l';

/// What a request says of a role.
struct RoleRequest {
    std::string name;
    std::optional<domain::Permissions> permissions;
    std::optional<std::string> devices;
};

Outcome<RoleRequest> read_request(Call const& call, bool is_new)
{
    auto const object = read_object(
        call.request.body, R"x({"name":"north","permissions":["devices.read"],"devices":"'north' = any(tags)"})x");
    if (!object)
        return std::unexpected{object.error()};
    domain::JsonFields fields{*object};
    RoleRequest request;
    request.name = is_new ? fields.text("name") : std::string{call.argument};
    if (is_new && object->contains("name") && !domain::is_operator_name(request.name))
        fields.complain("name", "must have 1 to 64 characters of a-z, 0-9, '.', '_', '-' and '@'");
    if (object->contains("permissions"))
        request.permissions = read_permissions(fields, "permissions");
    else if (is_new)
        fields.complain("permissions", "is missing");
    request.devices = fields.optional_text("devices");
    if (request.devices && !request.devices->empty())
        if (auto const checked = call.context.services.guard.check(*request.devices); !checked)
            fields.complain("devices", checked.error().what);
    if (!is_new && object->empty())
        fields.complain("permissions", "or devices must be given");
    if (auto complaints = fields.finish_each(); !complaints.empty())
        return wrong_fields(std::move(complaints));
    return request;
}

Outcome<void> check_grant(Call const& call, std::optional<domain::Permissions> const& permissions)
{
    if (!permissions || call.caller.permissions.cover(*permissions))
        return {};
    return forbidden("You cannot give, or take away, permissions that you do not have.");
}

/// The role that a URL names, read anew; fails when the caller may do less.
base::Awaitable<Outcome<domain::Role>> find_role(Call const& call)
{
    co_await call.context.book.refresh();
    auto const role = call.context.book.role(std::string{call.argument});
    if (!role)
        co_return not_found("role", call.argument);
    if (auto checked = check_grant(call, role->permissions); !checked)
        co_return std::unexpected{std::move(checked).error()};
    co_return *role;
}

base::Awaitable<net::Response> show(Call const& call, unsigned status, std::string name)
{
    co_await call.context.book.refresh();
    auto const role = call.context.book.role(name);
    co_return json_response(status, role ? view_of(*role) : json::object{});
}

}  // namespace

Answer list_roles(Call call)
{
    Query query{call.request.query()};
    auto const limit = query.limit();
    auto const after = query.after(roles_cursor);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    co_await call.context.book.refresh();
    auto const directory = call.context.book.directory();
    json::array items;
    std::string last;
    for (auto const& role : directory.roles) {
        if (role.name <= after)
            continue;
        if (items.size() == limit)
            co_return list_response(std::move(items), make_cursor(roles_cursor, last));
        items.push_back(view_of(role));
        last = role.name;
    }
    co_return list_response(std::move(items), std::nullopt);
}

Answer show_role(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    co_await call.context.book.refresh();
    auto const role = call.context.book.role(std::string{call.argument});
    if (!role)
        co_return not_found("role", call.argument);
    co_return json_response(200, view_of(*role));
}

Answer add_role(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const request = read_request(call, true);
    if (!request)
        co_return std::unexpected{request.error()};
    if (auto checked = check_grant(call, request->permissions); !checked)
        co_return std::unexpected{std::move(checked).error()};
    domain::Role const role{request->name, *request->permissions, request->devices.value_or(""), false};
    auto const made = co_await call.context.services.operators.add_role(
        role, audit_entry(call, "role.added", role.name, nullptr, view_of(role)));
    if (!made)
        co_return refused(made.error());
    auto answer = co_await show(call, 201, role.name);
    answer.headers.set("Location", fmt::format("/api/v1/roles/{}", role.name));
    co_return answer;
}

Answer change_role(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const request = read_request(call, false);
    if (!request)
        co_return std::unexpected{request.error()};
    auto const before = co_await find_role(call);
    if (!before)
        co_return std::unexpected{before.error()};
    if (auto checked = check_grant(call, request->permissions); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto after = *before;
    after.permissions = request->permissions.value_or(before->permissions);
    after.devices = request->devices.value_or(before->devices);
    auto const changed = co_await call.context.services.operators.change_role(
        before->name, {request->permissions, request->devices},
        audit_entry(call, "role.changed", before->name, view_of(*before), view_of(after)));
    if (!changed)
        co_return refused(changed.error());
    co_return co_await show(call, 200, before->name);
}

Answer remove_role(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const before = co_await find_role(call);
    if (!before)
        co_return std::unexpected{before.error()};
    auto const removed = co_await call.context.services.operators.remove_role(
        before->name, audit_entry(call, "role.removed", before->name, view_of(*before), nullptr));
    if (!removed)
        co_return refused(removed.error());
    co_await call.context.book.refresh();
    net::Response answer;
    answer.status = 204;
    co_return answer;
}

}  // namespace api
