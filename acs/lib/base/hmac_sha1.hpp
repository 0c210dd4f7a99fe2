#pragma once

#include <string>
#include <string_view>

namespace base {

/// 20 raw bytes. Only where a protocol demands SHA-1: STUN and connection requests over UDP.
[[nodiscard]] std::string hmac_sha1(std::string_view key, std::string_view bytes);

}  // namespace base
