#pragma once

#include "api/caller.hpp"
#include "api/operator_book.hpp"
#include "api/problem.hpp"
#include "api/settings.hpp"
#include "net/authorization.hpp"
#include "net/http.hpp"

#include <string>
#include <vector>

namespace api {

/// Who may use the API: bearer tokens (RFC 6750) of the configuration and of operators, and cookies of browsers. What
/// is compatible with older servers takes a token as the password of HTTP Basic too, as scripts can give it in a URL:
/// "curl -u anna:TOKEN". Only hashes are kept in memory.
class Authentication {
public:
    /// `book` must outlive it.
    Authentication(std::vector<Token> const& tokens, OperatorBook& book);

    /// Whose token, or else whose cookie, the request carries; a refusal (401 with WWW-Authenticate) when it carries
    /// none or a wrong one. A session that changes something must send its X-CSRF-Token along (403): another site can
    /// make a browser send the cookie, but not that.
    [[nodiscard]] Outcome<Caller> caller(net::RequestHead const& head) const;

    /// True when a refused request carries what looks like a token: it may have been made on another node just now.
    [[nodiscard]] static bool may_be_new(net::RequestHead const& head);

private:
    struct Known {
        std::string name;
        std::string hash;
    };
    [[nodiscard]] Outcome<Caller> by_token(std::string_view token) const;
    [[nodiscard]] Outcome<Caller> by_basic(net::Authorization const& login, net::RequestHead const& head) const;
    [[nodiscard]] Outcome<Caller> by_cookie(std::string_view cookie, net::RequestHead const& head) const;

    std::vector<Known> known_;
    OperatorBook& book_;
};

}  // namespace api
