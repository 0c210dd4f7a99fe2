#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace net {

/// One challenge or login: a scheme and its parameters ("Digest realm="x", qop=auth"), or a scheme and one token
/// ("Basic QWx=").
struct AuthorizationFields {
    std::string scheme;
    std::string token;
    std::vector<std::pair<std::string, std::string>> parameters;

    /// The first parameter of that name in any case; null when there is none.
    [[nodiscard]] std::string const* find(std::string_view name) const noexcept;
    /// Its value, or empty.
    [[nodiscard]] std::string const& get(std::string_view name) const noexcept;
};

/// Reads one Authorization or WWW-Authenticate value, which may hold several challenges (RFC 9110 11.6.1). Tolerant:
/// values quoted or not, quotes left open, blanks around '=', empty list members. Never fails: what makes no sense is
/// passed over.
[[nodiscard]] std::vector<AuthorizationFields> parse_authorization_fields(std::string_view value);

}  // namespace net
