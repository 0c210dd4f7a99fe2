// Who may use the API.
#include "api/audit.hpp"
#include "api/endpoints.hpp"
#include "api/json_body.hpp"
#include "api/operator_book.hpp"
#include "api/operator_views.hpp"
#include "api/passwords.hpp"
#include "api/query.hpp"
#include "domain/json_fields.hpp"
#include "domain/operator_store.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace api {

namespace json = boost::json;

namespace {

constexpr char operators_cursor = 'o';

/// What a request says of an operator.
struct OperatorRequest {
    std::string name;
    std::optional<std::string> role, password;
    std::optional<bool> is_disabled;
};

Outcome<OperatorRequest> read_request(Call const& call, bool is_new)
{
    auto const object = read_object(call.request.body, is_new ? R"({"name":"anna","role":"support","password":"..."})"
                                                              : R"({"role":"support"})");
    if (!object)
        return std::unexpected{object.error()};
    domain::JsonFields fields{*object};
    OperatorRequest request;
    request.name = is_new ? fields.text("name") : std::string{call.argument};
    if (is_new && object->contains("name") && !domain::is_operator_name(request.name))
        fields.complain("name", "must have 1 to 64 characters of a-z, 0-9, '.', '_', '-' and '@'");
    request.role = is_new ? std::optional{fields.text("role")} : fields.optional_text("role");
    request.password = fields.optional_text("password");
    if (request.password)
        check_password(fields, *request.password, request.name, call.context.settings.operators);
    if (object->contains("disabled"))
        request.is_disabled = fields.flag_or("disabled", false);
    if (!is_new && object->empty())
        fields.complain("role", "or password or disabled must be given");
    if (auto complaints = fields.finish_each(); !complaints.empty())
        return wrong_fields(std::move(complaints));
    return request;
}

/// Nobody gives, or takes away, more than they have: who may manage operators does not become more by it.
Outcome<void> check_role(Call const& call, std::optional<std::string> const& name)
{
    auto const role = name ? call.context.book.role(*name) : std::nullopt;
    if (!role || call.caller.permissions.cover(role->permissions))
        return {};
    return forbidden(fmt::format("The role {} may do more than you may.", role->name));
}

std::optional<domain::Operator> find(domain::OperatorDirectory const& directory, std::string_view name)
{
    auto const found = std::ranges::find(directory.operators, name, &domain::Operator::name);
    return found == directory.operators.end() ? std::nullopt : std::optional{*found};
}

/// The operator that a URL names, read anew.
base::Awaitable<Outcome<domain::Operator>> find_operator(Call const& call)
{
    co_await call.context.book.refresh();
    auto const found = find(call.context.book.directory(), call.argument);
    if (!found)
        co_return not_found("operator", call.argument);
    if (auto checked = check_role(call, found->role); !checked && call.request.method != "GET")
        co_return std::unexpected{std::move(checked).error()};
    co_return *found;
}

json::object what_changes(OperatorRequest const& request)
{
    json::object after;
    if (request.role)
        after["role"] = *request.role;
    if (request.password)
        after["password"] = "set";  // the word; the audit trail masks it
    if (request.is_disabled)
        after["disabled"] = *request.is_disabled;
    return after;
}

std::unexpected<Problem> busy()
{
    auto failure = problem(503, "busy", "Too many passwords are being looked at. Try again in a moment.");
    failure.error().headers.set("Retry-After", "2");
    return failure;
}

/// The hash of the password that is wanted, if one is; fails when too many wait.
base::Awaitable<Outcome<std::optional<std::string>>> hashed(Call const& call, std::optional<std::string> password)
{
    if (!password)
        co_return std::optional<std::string>{};
    auto hash = co_await call.context.passwords.hash(*std::move(password));
    if (!hash)
        co_return busy();
    co_return hash;
}

base::Awaitable<net::Response> show(Call const& call, unsigned status, std::string name)
{
    co_await call.context.book.refresh();
    auto const found = find(call.context.book.directory(), name);
    co_return json_response(status, found ? view_of(*found) : json::object{});
}

}  // namespace

Answer list_operators(Call call)
{
    Query query{call.request.query()};
    auto const limit = query.limit();
    auto const after = query.after(operators_cursor);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    co_await call.context.book.refresh();
    auto const directory = call.context.book.directory();
    json::array items;
    std::string last;
    for (auto const& each : directory.operators) {
        if (each.name <= after)
            continue;
        if (items.size() == limit)
            co_return list_response(std::move(items), make_cursor(operators_cursor, last));
        items.push_back(view_of(each));
        last = each.name;
    }
    co_return list_response(std::move(items), std::nullopt);
}

Answer show_operator(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const found = co_await find_operator(call);
    if (!found)
        co_return std::unexpected{found.error()};
    co_return json_response(200, view_of(*found));
}

Answer add_operator(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const request = read_request(call, true);
    if (!request)
        co_return std::unexpected{request.error()};
    co_await call.context.book.refresh();
    if (auto checked = check_role(call, request->role); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const hash = co_await hashed(call, request->password);
    if (!hash)
        co_return std::unexpected{hash.error()};
    domain::Operator added;
    added.name = request->name;
    added.role = *request->role;
    added.is_disabled = request->is_disabled.value_or(false);
    auto const made = co_await call.context.services.operators.add_operator(
        added, hash->value_or(""), audit_entry(call, "operator.added", added.name, nullptr, what_changes(*request)));
    if (!made)
        co_return refused(made.error());
    auto answer = co_await show(call, 201, added.name);
    answer.headers.set("Location", fmt::format("/api/v1/operators/{}", added.name));
    co_return answer;
}

Answer change_operator(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const request = read_request(call, false);
    if (!request)
        co_return std::unexpected{request.error()};
    auto const before = co_await find_operator(call);
    if (!before)
        co_return std::unexpected{before.error()};
    if (auto checked = check_role(call, request->role); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const hash = co_await hashed(call, request->password);
    if (!hash)
        co_return std::unexpected{hash.error()};
    auto const changed = co_await call.context.services.operators.change_operator(
        before->name, {request->role, *hash, request->is_disabled},
        audit_entry(call, "operator.changed", before->name, view_of(*before), what_changes(*request)));
    if (!changed)
        co_return refused(changed.error());
    co_return co_await show(call, 200, before->name);
}

Answer remove_operator(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const before = co_await find_operator(call);
    if (!before)
        co_return std::unexpected{before.error()};
    auto const removed = co_await call.context.services.operators.remove_operator(
        before->name, audit_entry(call, "operator.removed", before->name, view_of(*before), nullptr));
    if (!removed)
        co_return refused(removed.error());
    co_await call.context.book.refresh();
    net::Response answer;
    answer.status = 204;
    co_return answer;
}

}  // namespace api
