#pragma once

#include "base/result.hpp"
#include "net/network.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace net {

inline constexpr std::size_t longest_udp_request = 1'280;  ///< bytes; longer ones are refused

/// A connection request over UDP (TR-069 Annex G.2.2.3): one datagram, which nobody answers.
struct UdpRequest {
    std::int64_t time = 0;  ///< ts: seconds since 1970
    std::string id;         ///< another number in each request
    std::string username;   ///< un: ConnectionRequestUsername
    std::string nonce;      ///< cn: random
    std::string signature;  ///< sig: hexadecimal, in lower case
    std::string time_text;  ///< ts as it came: it is what was signed
};

/// What `request` must be signed as with ConnectionRequestPassword.
[[nodiscard]] std::string signature_of(UdpRequest const& request, std::string_view password);

/// The datagram for the device at `to`, signed with `password`; time_text and signature of `request` do not matter.
[[nodiscard]] std::string write_udp_request(UdpRequest request, std::string_view password, Endpoint const& to);

/// Reads a datagram. Fails with the reason; the signature is not checked.
[[nodiscard]] base::Result<UdpRequest> parse_udp_request(std::string_view bytes);

/// Reads UDPConnectionRequestAddress: "192.0.2.1:7547", "[2001:db8::1]:7547"; an address alone means port 80. None when
/// it is something else, or a name.
[[nodiscard]] std::optional<Endpoint> parse_udp_address(std::string_view text);

}  // namespace net
