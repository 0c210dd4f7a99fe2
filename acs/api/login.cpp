// How operators get in and out.
#include "api/audit.hpp"
#include "api/endpoints.hpp"
#include "api/json_body.hpp"
#include "api/operator_book.hpp"
#include "api/operator_views.hpp"
#include "api/passwords.hpp"
#include "api/query.hpp"
#include "api/secret_text.hpp"
#include "base/counters.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"
#include "base/time_text.hpp"
#include "domain/json_fields.hpp"
#include "domain/operator_store.hpp"

#include <fmt/format.h>

namespace api {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_password = 1024;  // bytes: hashing takes no longer for it, but reading does

struct LoginRequest {
    std::string username, password;
    std::string token;        ///< name of the token that is wanted instead of a session; empty: none
    std::uint32_t days = 30;  ///< its life
};

Outcome<LoginRequest> read_login(Call const& call)
{
    auto const object = read_object(call.request.body, R"({"username":"anna","password":"..."})");
    if (!object)
        return std::unexpected{object.error()};
    domain::JsonFields fields{*object};
    LoginRequest login{fields.text("username"), fields.text("password"), fields.text_or("token", ""),
                       fields.number_or("days", 30)};
    if (login.password.size() > longest_password)
        fields.complain("password", fmt::format("has more than {} bytes", longest_password));
    if (!login.token.empty() && !domain::is_operator_name(login.token))
        fields.complain("token", "must be a name of 1 to 64 characters of a-z, 0-9, '.', '_', '-' and '@'");
    auto const most = call.context.settings.operators.token_days;
    if (login.days < 1 || login.days > most)
        fields.complain("days", fmt::format("must be 1 to {}", most));
    if (auto complaints = fields.finish_each(); !complaints.empty())
        return wrong_fields(std::move(complaints));
    return login;
}

/// A page of another site must not log a browser in either.
Outcome<void> check_site(net::RequestHead const& head)
{
    auto const site = head.headers.get("Sec-Fetch-Site");
    if (site.empty() || site == "same-origin" || site == "none")
        return {};
    return forbidden("A browser may log in from this server's own pages only.");
}

void count(Call const& call, std::string_view outcome)
{
    call.context.services.metrics
        .counter("acs_api_logins_total", "Logins of operators by password.", fmt::format("outcome=\"{}\"", outcome))
        .add();
}

std::unexpected<Problem> later(unsigned status, std::string_view kind, std::string detail, std::chrono::seconds after)
{
    auto failure = problem(status, kind, std::move(detail));
    failure.error().headers.set("Retry-After", std::to_string(after.count()));
    return failure;
}

std::unexpected<Problem> wrong_login()
{
    auto failure = problem(401, "wrong_login", "The name or the password is wrong.");
    failure.error().headers.set("WWW-Authenticate", R"(Bearer realm="acs")");
    return failure;
}

/// Holds a name and a password against what is stored. Whether there is nobody of that name or the password is wrong
/// makes no difference: not in the answer, and not in what is done to find out.
base::Awaitable<Outcome<domain::StoredLogin>> check_login(Call const& call, std::string name, std::string password)
{
    auto const& services = call.context.services;
    auto const& settings = call.context.settings;
    auto& passwords = call.context.passwords;
    auto const& policy = settings.operators.lock_out;
    auto const peer = call.request.peer.address.to_string();
    auto const counters = domain::login_counters(policy, name, peer);
    auto const locked = co_await services.operators.begin_login(counters, policy, services.clock.now());
    if (locked.count() > 0) {
        count(call, "locked");
        base::log::warning("api.login_locked", {{"peer", peer}, {"seconds", locked.count()}});
        co_return later(429, "locked", "Too many logins have failed. Wait before the next one.", locked);
    }
    auto const stored = co_await services.operators.find_login(name);
    auto const fits = co_await passwords.verify(stored ? stored->password : std::string{}, password);
    if (!fits) {
        count(call, "busy");
        co_return later(503, "busy", "Too many log in at once. Try again in a moment.", std::chrono::seconds{2});
    }
    if (!*fits || !stored || stored->is_disabled) {
        count(call, "wrong");
        base::log::warning("api.login_failed", {{"peer", peer}});
        co_return wrong_login();
    }
    co_await services.operators.login_succeeded(stored->id, counters);
    count(call, "done");
    co_return *stored;
}

/// Makes the hash anew when its costs were changed since; whether that works is no matter of the login.
base::Awaitable<void> renew_if_outdated(Call const& call, domain::StoredLogin login, std::string password)
{
    auto& passwords = call.context.passwords;
    if (!passwords.is_outdated(login.password))
        co_return;
    if (auto const fresh = co_await passwords.hash(std::move(password)))
        co_await call.context.services.operators.renew_password(login.id, *fresh);
}

/// The call as somebody who has logged in by now.
Call as(Call const& call, domain::StoredLogin const& login)
{
    auto known = call;
    known.caller.name = login.name;
    known.caller.id = login.id;
    known.caller.kind = CallerKind::password;
    return known;
}

std::string cookie_text(net::RequestHead const& head, std::string_view value, std::chrono::seconds life)
{
    return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{}", session_cookie, value, life.count(),
                       head.is_https ? "; Secure" : "");
}

Answer give_session(Call call)
{
    auto const& services = call.context.services;
    auto const& settings = call.context.settings;
    auto& book = call.context.book;
    auto const now = services.clock.now();
    auto const text = make_token();
    domain::OperatorSession const session{base::sha256(text), call.caller.id, now,
                                          now + settings.operators.session_life};
    co_await services.operators.add_session(
        session, settings.operators.sessions,
        audit_entry(call, "operator.logged_in", call.caller.name, nullptr, json::object{{"with", "session"}}));
    co_await book.refresh();
    auto answer = json_response(200, {{"name", call.caller.name},
                                      {"csrf_token", csrf_token(text)},
                                      {"token", nullptr},
                                      {"expires_at", base::to_rfc3339(session.expires_at)}});
    answer.compress = false;  // a secret is never compressed together with what others may choose
    answer.headers.set("Set-Cookie", cookie_text(call.request, text, settings.operators.session_life));
    co_return answer;
}

Answer give_token(Call call, std::string name, std::uint32_t days)
{
    auto const& services = call.context.services;
    auto const& settings = call.context.settings;
    auto& book = call.context.book;
    auto const text = make_token();
    domain::ApiToken token;
    token.owner = call.caller.id;
    token.name = std::move(name);
    token.hash = base::sha256(text);
    token.expires_at = services.clock.now() + std::chrono::days{days};
    auto entry =
        audit_entry(call, "operator.logged_in", call.caller.name, nullptr,
                    json::object{{"with", "token " + token.name}, {"expires_at", base::to_rfc3339(token.expires_at)}});
    auto const made = co_await services.operators.add_token(token, settings.operators.tokens, std::move(entry));
    if (!made)
        co_return refused(made.error());
    co_await book.refresh();
    auto answer = json_response(200, {{"name", call.caller.name},
                                      {"csrf_token", nullptr},
                                      {"token", text},
                                      {"expires_at", base::to_rfc3339(token.expires_at)}});
    answer.compress = false;
    co_return answer;
}

}  // namespace

Answer log_in(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    if (auto checked = check_site(call.request); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const asked = read_login(call);
    if (!asked)
        co_return std::unexpected{asked.error()};
    auto const login = co_await check_login(call, asked->username, asked->password);
    if (!login)
        co_return std::unexpected{login.error()};
    co_await renew_if_outdated(call, *login, asked->password);
    if (asked->token.empty())
        co_return co_await give_session(as(call, *login));
    co_return co_await give_token(as(call, *login), asked->token, asked->days);
}

Answer log_out(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const& caller = call.caller;
    auto& operators = call.context.services.operators;
    auto entry = audit_entry(call, "operator.logged_out", caller.name, nullptr, nullptr);
    if (caller.kind == CallerKind::session)
        co_await operators.remove_session(caller.session, std::move(entry));
    else if (caller.kind == CallerKind::token)
        static_cast<void>(co_await operators.remove_token(*caller.token_id, std::move(entry)));
    else
        co_return problem(409, "conflict", "Who uses this token is not logged in and cannot log out.");
    co_await call.context.book.refresh();
    net::Response answer;
    answer.status = 204;
    if (caller.kind == CallerKind::session)
        answer.headers.set("Set-Cookie", cookie_text(call.request, "", std::chrono::seconds{0}));
    co_return answer;
}

Answer show_self(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const& caller = call.caller;
    json::value csrf = nullptr;
    if (caller.kind == CallerKind::session)
        csrf = csrf_token(net::find_cookie(call.request.headers, session_cookie).value_or(""));
    auto answer = json_response(200, {{"name", caller.name},
                                      {"how", how(caller)},
                                      {"permissions", names_of(caller.permissions)},
                                      {"devices", caller.devices_text},
                                      {"csrf_token", std::move(csrf)}});
    answer.compress = false;
    co_return answer;
}

Answer change_own_password(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    if (call.caller.id == domain::OperatorId{})
        co_return problem(409, "conflict", "Who uses this token is no operator and has no password.");
    auto const object = read_object(call.request.body, R"({"current":"...","password":"..."})");
    if (!object)
        co_return std::unexpected{object.error()};
    domain::JsonFields fields{*object};
    auto const current = fields.text("current");
    auto const wanted = fields.text("password");
    check_password(fields, wanted, call.caller.name, call.context.settings.operators);
    if (auto complaints = fields.finish_each(); !complaints.empty())
        co_return wrong_fields(std::move(complaints));
    auto const login = co_await check_login(call, call.caller.name, current);
    if (!login && login.error().status == 401)
        co_return unprocessable({{"current", "It is not your password."}});
    if (!login)
        co_return std::unexpected{login.error()};
    auto const hash = co_await call.context.passwords.hash(wanted);
    if (!hash)
        co_return later(503, "busy", "Too many log in at once. Try again in a moment.", std::chrono::seconds{2});
    auto const changed = co_await call.context.services.operators.change_operator(
        call.caller.name, {.role = {}, .password = hash, .is_disabled = {}},
        audit_entry(call, "operator.password_changed", call.caller.name, nullptr, nullptr));
    if (!changed)
        co_return refused(changed.error());
    co_await call.context.book.refresh();
    net::Response answer;
    answer.status = 204;
    co_return answer;
}

}  // namespace api
