#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace net {

/// An http or https URL, taken apart (RFC 3986).
struct Url {
    bool is_https = false;
    std::string host;          ///< lower case, percent-decoded; an IPv6 address without its brackets
    std::uint16_t port = 80;   ///< the scheme's own when not given
    std::string target = "/";  ///< path and query as they go on the request line; never a fragment
    std::string username;      ///< from the user information; usually empty
    std::string password;

    /// "host", "host:port", "[v6]:port": what goes into the Host field.
    [[nodiscard]] std::string authority() const;
    /// Without user information.
    [[nodiscard]] std::string to_string() const;
    friend bool operator==(Url const&, Url const&) = default;
};

/// Reads an absolute http or https URL; blanks around it are ignored and characters that do not belong into a URL are
/// percent-encoded. Fails with the reason.
[[nodiscard]] base::Result<Url> parse_url(std::string_view text);

/// What `location` (absolute or relative) means on a page at `base`.
[[nodiscard]] base::Result<Url> resolve_url(Url const& base, std::string_view location);

/// `text` with each login inside a URL ("scheme://user:password@host") shown as "********@": for logs
/// and people. Rather too much is hidden than too little: a login may hold blanks.
[[nodiscard]] std::string without_logins(std::string_view text);

/// %XX resolved; malformed escapes are left as they are.
[[nodiscard]] std::string percent_decoded(std::string_view text);
/// Everything but unreserved characters (letters, digits, "-._~") as %XX.
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace net
