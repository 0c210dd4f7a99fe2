#pragma once

#include "cwmp/device_id.hpp"
#include "cwmp/message.hpp"
#include "domain/login_store.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace session {

/// A user name for a device, of letters, digits, '-', '.' and '_', at most 64: "OUI-Serial"; with attempt 1
/// "OUI-ProductClass-Serial"; with others "OUI-Serial-" and random digits.
[[nodiscard]] std::string login_name(cwmp::DeviceId const& device, unsigned attempt);

/// 24 random letters and digits (139 bits), without those that are mistaken for others.
[[nodiscard]] std::string new_password();

/// The offer of a login, with the HA1s of this realm.
[[nodiscard]] domain::LoginOffer offer_of(domain::DeviceKey device, domain::GivenLogin login, std::string_view realm,
                                          bool is_generated);

/// The login that an RPC gives the device for its sessions (ManagementServer.Username and Password of either root);
/// what it does not give is empty. None when it gives neither. It must be kept before the RPC leaves, or the device is
/// locked out.
[[nodiscard]] std::optional<domain::GivenLogin> acs_login_of(cwmp::Message const& request);

}  // namespace session
