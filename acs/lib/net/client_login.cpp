#include "net/client_login.hpp"

#include "base/crypto.hpp"
#include "net/authorization.hpp"
#include "net/authorization_fields.hpp"
#include "net/digest.hpp"

#include <fmt/format.h>

namespace net {

namespace {

/// A text inside quotes, as a quoted-string demands it.
std::string escaped(std::string_view text)
{
    std::string out;
    for (auto const c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out;
}

bool offers_auth(std::string_view qop)
{
    Headers const list{{"qop", qop}};
    if (list.lists("qop", "auth"))
        return true;
    // Some servers part the options by blanks.
    return qop.find(',') == std::string_view::npos && equal_ignoring_case(qop.substr(0, qop.find(' ')), "auth");
}

int rank(bool is_digest, bool is_sha256)
{
    return is_digest ? (is_sha256 ? 3 : 2) : 1;
}

}  // namespace

ClientLogin::ClientLogin(Credentials credentials, bool allow_basic)
    : credentials_{std::move(credentials)}, allow_basic_{allow_basic}
{
}

std::optional<ClientLogin::Challenge> ClientLogin::best(Headers const& answer, bool allow_basic)
{
    std::optional<Challenge> best;
    auto const consider = [&best](Challenge challenge) {
        if (!best || rank(challenge.is_digest, challenge.is_sha256) > rank(best->is_digest, best->is_sha256))
            best = std::move(challenge);
    };
    for (auto const value : answer.all("WWW-Authenticate"))
        for (auto const& fields : parse_authorization_fields(value)) {
            Challenge challenge;
            challenge.realm = fields.get("realm");
            if (equal_ignoring_case(fields.scheme, "Basic") && allow_basic) {
                consider(std::move(challenge));
                continue;
            }
            if (!equal_ignoring_case(fields.scheme, "Digest") || !fields.find("nonce"))
                continue;
            challenge.is_digest = true;
            challenge.nonce = fields.get("nonce");
            challenge.opaque = fields.get("opaque");
            challenge.has_opaque = fields.find("opaque") != nullptr;
            challenge.algorithm = fields.get("algorithm");
            challenge.has_algorithm = !challenge.algorithm.empty();
            challenge.stale = equal_ignoring_case(fields.get("stale"), "true");
            challenge.has_qop = !fields.get("qop").empty();
            if (challenge.has_qop && !offers_auth(fields.get("qop")))
                continue;
            auto const name = challenge.has_algorithm ? std::string_view{challenge.algorithm} : "MD5";
            challenge.is_session = equal_ignoring_case(name, "MD5-sess") || equal_ignoring_case(name, "SHA-256-sess");
            challenge.is_sha256 = equal_ignoring_case(name, "SHA-256") || equal_ignoring_case(name, "SHA-256-sess");
            if (challenge.is_session || challenge.is_sha256 || equal_ignoring_case(name, "MD5"))
                consider(std::move(challenge));
        }
    return best;
}

bool ClientLogin::learn(Headers const& answer)
{
    auto found = best(answer, allow_basic_);
    if (!found)
        return false;
    if (!challenge_ || challenge_->nonce != found->nonce)
        uses_ = 0;
    challenge_ = std::move(found);
    return true;
}

std::optional<std::string> ClientLogin::authorization(std::string_view method, std::string_view uri)
{
    if (!challenge_)
        return std::nullopt;
    if (challenge_->is_digest)
        return digest(method, uri);
    return basic_authorization(credentials_.username, credentials_.password);
}

std::string ClientLogin::digest(std::string_view method, std::string_view uri)
{
    auto const& c = *challenge_;
    auto const secret = make_digest_secret(credentials_.username, c.realm, credentials_.password);
    auto const algorithm = c.is_sha256 ? (c.is_session ? DigestAlgorithm::sha256_sess : DigestAlgorithm::sha256)
                                       : (c.is_session ? DigestAlgorithm::md5_sess : DigestAlgorithm::md5);
    auto const count = fmt::format("{:08x}", ++uses_);
    bool const needs_client_nonce = c.has_qop || c.is_session;
    auto const client_nonce = needs_client_nonce ? base::random_hex(8) : std::string{};
    auto const response = digest_response(algorithm, c.is_sha256 ? secret.sha256 : secret.md5, method, uri, c.nonce,
                                          count, client_nonce, c.has_qop ? "auth" : "");
    auto text = fmt::format(R"(Digest username="{}", realm="{}", nonce="{}", uri="{}", response="{}")",
                            escaped(credentials_.username), escaped(c.realm), escaped(c.nonce), uri, response);
    if (c.has_algorithm)
        text += fmt::format(", algorithm={}", c.algorithm);
    if (needs_client_nonce)
        text += fmt::format(R"(, cnonce="{}")", client_nonce);
    if (c.has_qop)
        text += fmt::format(", qop=auth, nc={}", count);
    if (c.has_opaque)
        text += fmt::format(R"(, opaque="{}")", escaped(c.opaque));
    return text;
}

void ClientLogin::forget() noexcept
{
    challenge_.reset();
    uses_ = 0;
}

std::string_view ClientLogin::scheme() const noexcept
{
    if (!challenge_)
        return {};
    return challenge_->is_digest ? "Digest" : "Basic";
}

}  // namespace net
