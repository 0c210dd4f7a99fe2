// Tokens that programs use the API with.
#include "api/audit.hpp"
#include "api/endpoints.hpp"
#include "api/json_body.hpp"
#include "api/operator_book.hpp"
#include "api/operator_views.hpp"
#include "api/query.hpp"
#include "api/secret_text.hpp"
#include "base/crypto.hpp"
#include "domain/json_fields.hpp"
#include "domain/operator_store.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace api {

namespace json = boost::json;

namespace {

constexpr char tokens_cursor = 'k';
constexpr std::uint32_t usual_days = 90;

/// What a request says of a new token.
struct TokenRequest {
    std::string name, owner;
    std::optional<domain::Permissions> permissions;
    std::uint32_t days = usual_days;
};

Outcome<TokenRequest> read_request(Call const& call)
{
    auto const object = read_object(call.request.body, R"({"name":"ci","permissions":["files.write"],"days":90})");
    if (!object)
        return std::unexpected{object.error()};
    domain::JsonFields fields{*object};
    TokenRequest request{fields.text("name"), fields.text_or("operator", call.caller.name), std::nullopt,
                         fields.number_or("days", std::min(usual_days, call.context.settings.operators.token_days))};
    if (object->contains("name") && !domain::is_operator_name(request.name))
        fields.complain("name", "must have 1 to 64 characters of a-z, 0-9, '.', '_', '-' and '@'");
    if (object->contains("permissions"))
        request.permissions = read_permissions(fields, "permissions");
    auto const most = call.context.settings.operators.token_days;
    if (request.days < 1 || request.days > most)
        fields.complain("days", fmt::format("must be 1 to {}", most));
    if (auto complaints = fields.finish_each(); !complaints.empty())
        return wrong_fields(std::move(complaints));
    return request;
}

bool manages_others(Call const& call)
{
    return call.caller.permissions.has(domain::Permission::operators_manage) && !call.caller.devices;
}

/// Names of operators by their ids.
std::string owner_of(domain::OperatorDirectory const& directory, domain::ApiToken const& token)
{
    auto const found = std::ranges::find(directory.operators, token.owner, &domain::Operator::id);
    return found == directory.operators.end() ? std::string{} : found->name;
}

/// The operator a token is to be made for. A token never lets its maker do more than it may already.
Outcome<domain::Operator> owner_for(Call const& call, TokenRequest& request)
{
    auto const directory = call.context.book.directory();
    auto const found = std::ranges::find(directory.operators, request.owner, &domain::Operator::name);
    bool const is_own = found != directory.operators.end() && found->id == call.caller.id;
    if (!is_own && !manages_others(call))
        return forbidden("Tokens of others need the permission operators.manage.");
    if (found == directory.operators.end())
        return unprocessable({{"operator", fmt::format("There is no operator \"{}\".", request.owner)}});
    auto const role = call.context.book.role(found->role);
    auto const wanted = request.permissions.value_or(role ? role->permissions : domain::Permissions{});
    if (is_own && !request.permissions)
        request.permissions =
            call.caller.kind == CallerKind::token ? std::optional{call.caller.permissions} : std::nullopt;
    else if (!call.caller.permissions.cover(wanted))
        return forbidden("A token cannot be given permissions that you do not have.");
    return *found;
}

/// The token that a URL names, if the caller may see it.
Outcome<domain::ApiToken> find_token(Call const& call, domain::OperatorDirectory const& directory)
{
    auto const id = parse_id(call.argument);
    for (auto const& token : directory.tokens)
        if (id && token.id.value() == *id && !token.is_one_time() &&
            (token.owner == call.caller.id || manages_others(call)))
            return token;
    return not_found("token", call.argument);
}

}  // namespace

Answer list_tokens(Call call)
{
    Query query{call.request.query()};
    auto const limit = query.limit();
    auto const after = query.after_number(tokens_cursor);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    co_await call.context.book.refresh();
    auto const directory = call.context.book.directory();
    json::array items;
    std::int64_t last = 0;
    for (auto const& token : directory.tokens) {
        bool const is_shown = token.owner == call.caller.id || manages_others(call);
        if (token.id.value() <= after || token.is_one_time() || !is_shown)
            continue;
        if (items.size() == limit)
            co_return list_response(std::move(items), make_cursor(tokens_cursor, std::to_string(last)));
        items.push_back(view_of(token, owner_of(directory, token)));
        last = token.id.value();
    }
    co_return list_response(std::move(items), std::nullopt);
}

Answer add_token(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto request = read_request(call);
    if (!request)
        co_return std::unexpected{request.error()};
    auto const& services = call.context.services;
    auto const& settings = call.context.settings;
    auto& book = call.context.book;
    co_await book.refresh();
    auto const owner = owner_for(call, *request);
    if (!owner)
        co_return std::unexpected{owner.error()};
    auto const text = make_token();
    domain::ApiToken token;
    token.owner = owner->id;
    token.name = request->name;
    token.hash = base::sha256(text);
    token.permissions = request->permissions;
    token.made_at = services.clock.now();
    token.expires_at = token.made_at + std::chrono::days{request->days};
    auto view = view_of(token, owner->name);
    view.erase("id");
    auto const made = co_await services.operators.add_token(
        token, settings.operators.tokens,
        audit_entry(call, "token.added", fmt::format("token {} of {}", token.name, owner->name), nullptr, view));
    if (!made)
        co_return refused(made.error());
    co_await book.refresh();
    token.id = *made;
    view = view_of(token, owner->name);
    view["token"] = text;
    auto answer = json_response(201, view);
    answer.compress = false;
    answer.headers.set("Location", fmt::format("/api/v1/tokens/{}", made->value()));
    co_return answer;
}

Answer remove_token(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    co_await call.context.book.refresh();
    auto const directory = call.context.book.directory();
    auto const token = find_token(call, directory);
    if (!token)
        co_return std::unexpected{token.error()};
    auto const owner = owner_of(directory, *token);
    auto const removed = co_await call.context.services.operators.remove_token(
        token->id, audit_entry(call, "token.removed", fmt::format("token {} of {}", token->name, owner),
                               view_of(*token, owner), nullptr));
    if (!removed)
        co_return refused(removed.error());
    co_await call.context.book.refresh();
    net::Response answer;
    answer.status = 204;
    co_return answer;
}

}  // namespace api
