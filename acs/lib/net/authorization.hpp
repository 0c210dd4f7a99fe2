#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace net {

/// What a client sent to say who it is (RFC 7617, RFC 7616, RFC 2069), read as tolerantly as CPEs demand: any
/// order, fields quoted or not, quoted-pairs resolved, names in any case.
struct Authorization {
    enum class Scheme { none, basic, digest, other };

    Scheme scheme = Scheme::none;
    std::string username;
    std::string password;  ///< Basic only
    std::string realm;
    std::string nonce;
    std::string uri;  ///< Digest: as the client hashed it; may be empty, absolute or other than the target
    std::string response;
    std::string algorithm;     ///< empty when not given
    std::string qop;           ///< empty: the form of RFC 2069
    std::string nonce_count;   ///< nc, as sent
    std::string client_nonce;  ///< cnonce
    std::string opaque;
};

/// Reads the value of an Authorization field; scheme `none` for an empty or malformed one.
[[nodiscard]] Authorization parse_authorization(std::string_view value);

/// "Basic ..." for an Authorization field.
[[nodiscard]] std::string basic_authorization(std::string_view username, std::string_view password);

/// The WWW-Authenticate value that asks for Basic.
[[nodiscard]] std::string basic_challenge(std::string_view realm);

}  // namespace net
