#include "api/authentication.hpp"

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

}  // namespace

Authentication::Authentication(std::vector<Token> const& tokens)
{
    for (auto const& token : tokens)
        if (!token.secret.empty())
            known_.push_back({token.name, base::sha256(token.secret)});
}

Outcome<Caller> Authentication::caller(net::RequestHead const& head) const
{
    auto const token = bearer(head.headers.get("Authorization"));
    if (!token)
        return refusal("The API wants a token: send \"Authorization: Bearer TOKEN\".", R"(Bearer realm="acs")");
    auto const hash = base::sha256(*token);
    Known const* found = nullptr;
    for (auto const& known : known_)
        if (base::equal_in_constant_time(known.hash, hash))
            found = &known;
    if (!found)
        return refusal("The token is not one that this server knows.", R"(Bearer realm="acs", error="invalid_token")");
    Caller caller;
    caller.name = found->name;
    caller.kind = CallerKind::token_file;
    caller.permissions = domain::Permissions::all();
    return caller;
}

}  // namespace api
