#pragma once

#include <string>
#include <string_view>

namespace api {

/// A new token: "acs_" and 43 characters of base64url, 256 random bits. The prefix lets scanners of leaked secrets know
/// it.
[[nodiscard]] std::string make_token();
/// True for what looks like one.
[[nodiscard]] bool is_token(std::string_view text) noexcept;

/// The value that a browser's session must send along (X-CSRF-Token) when it changes something. It follows from the
/// cookie, but not the cookie from it.
[[nodiscard]] std::string csrf_token(std::string_view cookie);

/// Name of the cookie of a browser's session.
inline constexpr std::string_view session_cookie = "acs_operator";

}  // namespace api
