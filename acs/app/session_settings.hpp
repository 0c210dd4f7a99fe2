#pragma once

#include "app/config.hpp"
#include "net/digest.hpp"
#include "session/endpoint.hpp"
#include "session/failed_logins.hpp"
#include "session/limits.hpp"
#include "session/new_devices.hpp"
#include "session/services.hpp"
#include "session/trace_desk.hpp"

#include <string>
#include <vector>

namespace app {

/// What one session, one device and all sessions may take.
[[nodiscard]] session::SessionLimits session_limits_of(Config const& config);
/// How many devices may come that nobody knows.
[[nodiscard]] session::NewDeviceLimits new_device_limits_of(Config::Enrolment const& config);
/// How logins that fail are slowed down.
[[nodiscard]] session::FailedLoginLimits failed_login_limits_of(Config::Enrolment const& config);
/// What is kept of what sessions say.
[[nodiscard]] session::TraceSettings traces_of(Config::Trace const& config);
/// What devices are given to log in with.
[[nodiscard]] session::LoginSettings login_settings_of(Config const& config);
/// Makes nonces that every node with these keys knows; the first key makes new ones.
void set_nonce_keys(net::DigestSettings& digest, std::vector<std::string> const& keys);
/// How one listener treats CPEs.
[[nodiscard]] session::EndpointPolicy endpoint_policy_of(Config const& config, CwmpListenerConfig const& listener,
                                                         std::vector<std::string> const& nonce_keys);

}  // namespace app
