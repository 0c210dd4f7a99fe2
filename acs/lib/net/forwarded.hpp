#pragma once

#include "net/headers.hpp"
#include "net/network.hpp"

#include <optional>
#include <string_view>

namespace net {

/// Whom a trusted proxy at `peer` speaks for, by X-Forwarded-For: the last address in it, read from the right, that is
/// not itself a trusted proxy. `peer` when there is no such field or it is malformed.
[[nodiscard]] Endpoint forwarded_peer(Headers const& headers, Endpoint const& peer, Networks const& trusted);

/// Reads "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]:80", quoted or not.
[[nodiscard]] std::optional<Endpoint> parse_forwarded_address(std::string_view text);

}  // namespace net
