#include "net/authorization.hpp"

#include "base/crypto.hpp"
#include "net/authorization_fields.hpp"
#include "net/headers.hpp"

#include <algorithm>

namespace net {

namespace {

Authorization basic(AuthorizationFields const& fields)
{
    Authorization result;
    auto const plain = base::from_base64(fields.token);
    auto const colon = plain.find(':');
    if (colon == std::string::npos)
        return result;
    result.scheme = Authorization::Scheme::basic;
    result.username = plain.substr(0, colon);
    result.password = plain.substr(colon + 1);
    return result;
}

Authorization digest(AuthorizationFields const& fields)
{
    Authorization result;
    auto const* const username = fields.find("username");
    if (!username || fields.get("nonce").empty() || fields.get("response").empty())
        return result;
    result.scheme = Authorization::Scheme::digest;
    result.username = *username;
    result.realm = fields.get("realm");
    result.nonce = fields.get("nonce");
    result.uri = fields.get("uri");
    result.response = fields.get("response");
    std::ranges::transform(result.response, result.response.begin(),
                           [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
    result.algorithm = fields.get("algorithm");
    result.qop = fields.get("qop");
    result.nonce_count = fields.get("nc");
    result.client_nonce = fields.get("cnonce");
    result.opaque = fields.get("opaque");
    return result;
}

std::string in_quotes(std::string_view text)
{
    std::string out{'"'};
    for (auto const c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out += '"';
}

}  // namespace

Authorization parse_authorization(std::string_view value)
{
    auto const all = parse_authorization_fields(value);
    Authorization result;
    if (all.empty())
        return result;
    if (equal_ignoring_case(all.front().scheme, "Basic"))
        return basic(all.front());
    if (equal_ignoring_case(all.front().scheme, "Digest"))
        return digest(all.front());
    result.scheme = Authorization::Scheme::other;
    return result;
}

std::string basic_authorization(std::string_view username, std::string_view password)
{
    return "Basic " + base::to_base64(std::string{username} + ':' + std::string{password});
}

std::string basic_challenge(std::string_view realm)
{
    return "Basic realm=" + in_quotes(realm);
}

}  // namespace net
