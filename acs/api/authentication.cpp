#include "api/authentication.hpp"

#include "api/secret_text.hpp"
#include "base/crypto.hpp"

#include <optional>

namespace api {

namespace {

std::unexpected<Problem> refusal(std::string detail, std::string_view challenge)
{
    auto failure = problem(401, "unauthorized", std::move(detail));
    failure.error().headers.set("WWW-Authenticate", challenge);
    return failure;
}

/// What follows "Bearer"; none for another scheme.
std::optional<std::string_view> bearer(std::string_view value)
{
    constexpr std::string_view scheme = "Bearer ";
    if (value.size() <= scheme.size() || !net::equal_ignoring_case(value.substr(0, scheme.size()), scheme))
        return std::nullopt;
    value.remove_prefix(value.find_first_not_of(' ', scheme.size() - 1) == value.npos
                            ? value.size()
                            : value.find_first_not_of(' ', scheme.size() - 1));
    return value;
}

/// Name and token of HTTP Basic, where that is taken: not by our own API, for which no browser may keep a login.
std::optional<net::Authorization> basic(net::RequestHead const& head)
{
    if (!head.path().starts_with("/compat/"))
        return std::nullopt;
    auto login = net::parse_authorization(head.headers.get("Authorization"));
    return login.scheme == net::Authorization::Scheme::basic ? std::optional{std::move(login)} : std::nullopt;
}

bool changes_something(net::RequestHead const& head)
{
    return head.method != "GET" && head.method != "HEAD";
}

/// A browser that once asked for name and password sends them along for pages of other sites too.
bool is_of_a_page(net::RequestHead const& head)
{
    return head.headers.has("Origin") || head.headers.has("Sec-Fetch-Site");
}

}  // namespace

Authentication::Authentication(std::vector<Token> const& tokens, OperatorBook& book) : book_{book}
{
    for (auto const& token : tokens)
        if (!token.secret.empty())
            known_.push_back({token.name, base::sha256(token.secret)});
}

Outcome<Caller> Authentication::caller(net::RequestHead const& head) const
{
    if (auto const token = bearer(head.headers.get("Authorization")))
        return by_token(*token);
    if (auto const login = basic(head))
        return by_basic(*login, head);
    auto const cookie = net::find_cookie(head.headers, session_cookie);
    if (cookie && !head.headers.has("Authorization"))
        return by_cookie(*cookie, head);
    if (head.path().starts_with("/compat/"))
        return refusal(
            "This wants a token: send \"Authorization: Bearer TOKEN\", or the operator's name and a token as "
            "its password (curl -u NAME:TOKEN).",
            net::basic_challenge("acs"));
    return refusal("The API wants a token: send \"Authorization: Bearer TOKEN\", or log in (POST /api/v1/login).",
                   R"(Bearer realm="acs")");
}

Outcome<Caller> Authentication::by_token(std::string_view token) const
{
    auto const hash = base::sha256(token);
    Known const* found = nullptr;
    for (auto const& known : known_)
        if (base::equal_in_constant_time(known.hash, hash))
            found = &known;
    if (found != nullptr) {
        Caller caller;
        caller.name = found->name;
        caller.kind = CallerKind::token_file;
        caller.permissions = domain::Permissions::all();
        return caller;
    }
    if (auto caller = book_.by_token(hash))
        return *std::move(caller);
    return refusal("The token is not one that this server knows, or it has expired.",
                   R"(Bearer realm="acs", error="invalid_token")");
}

Outcome<Caller> Authentication::by_basic(net::Authorization const& login, net::RequestHead const& head) const
{
    auto caller = by_token(login.password);
    if (!caller) {
        caller.error().headers.set("WWW-Authenticate", net::basic_challenge("acs"));
        return caller;
    }
    if (!login.username.empty() && !caller->name.empty() && login.username != caller->name)
        return refusal("The token is not one of that operator: its name must be given, or none.",
                       net::basic_challenge("acs"));
    if (changes_something(head) && is_of_a_page(head))
        return forbidden("Pages of a browser cannot change anything with a name and a password.");
    return caller;
}

Outcome<Caller> Authentication::by_cookie(std::string_view cookie, net::RequestHead const& head) const
{
    auto caller = book_.by_session(base::sha256(cookie));
    if (!caller)
        return refusal("The session is over: log in again (POST /api/v1/login).", R"(Bearer realm="acs")");
    if (changes_something(head) && !base::equal_in_constant_time(head.headers.get("X-CSRF-Token"), csrf_token(cookie)))
        return forbidden("A browser's session must send the X-CSRF-Token that the login gave.");
    return *std::move(caller);
}

bool Authentication::may_be_new(net::RequestHead const& head)
{
    if (auto const token = bearer(head.headers.get("Authorization")))
        return is_token(*token);
    if (auto const login = basic(head))
        return is_token(login->password);
    auto const cookie = net::find_cookie(head.headers, session_cookie);
    return cookie && is_token(*cookie);
}

}  // namespace api
