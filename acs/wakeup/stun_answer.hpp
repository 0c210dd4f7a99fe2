#pragma once

#include "domain/device_bindings.hpp"
#include "net/stun.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wakeup {

/// No answer of the STUN server is longer, whatever it is asked: it is no use for drowning others.
inline constexpr std::size_t longest_stun_answer = 128;  ///< bytes

/// Who sent a binding request, as far as that is proven.
struct StunSender {
    enum class Proof { none, good, wrong };
    Proof proof = Proof::none;                ///< its MESSAGE-INTEGRITY
    std::optional<domain::DeviceKey> device;  ///< none: not known, or it could be any of several
    std::string password;                     ///< that it signed with
    net::stun::Integrity form = net::stun::Integrity::padded;
};

/// Judges a request by the logins that its USERNAME stands for. `bytes` is what was parsed.
[[nodiscard]] StunSender sender_of(net::stun::Message const& request, std::string_view bytes,
                                   std::span<domain::StunLogin const> logins);

/// Where a request came from, and what it was sent to.
struct StunRoute {
    net::Endpoint from;
    net::Endpoint to;
};

/// The answer to a binding request. `require_integrity`: who does not sign is asked to.
[[nodiscard]] std::string stun_answer(net::stun::Message const& request, StunSender const& sender,
                                      StunRoute const& route, bool require_integrity);

}  // namespace wakeup
