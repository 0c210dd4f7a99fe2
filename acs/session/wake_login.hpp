#pragma once

#include "cwmp/message.hpp"

#include <optional>
#include <string>

namespace session {

/// A login of connection requests; what is empty is not given.
struct WakeLogin {
    std::string username;
    std::string password;
    friend bool operator==(WakeLogin const&, WakeLogin const&) = default;
};

/// The login that an RPC gives the device (ManagementServer.ConnectionRequestUsername, ...Password of either root);
/// none when it gives none. It must be kept before the RPC leaves, or the device can end up unreachable.
[[nodiscard]] std::optional<WakeLogin> wake_login_of(cwmp::Message const& request);

}  // namespace session
