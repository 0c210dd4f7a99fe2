#pragma once

#include "domain/ids.hpp"

#include <optional>
#include <string>

namespace domain {

/// What is kept of one user name that CPEs may log in with. HA1 is H(username ":" realm ":" password), raw bytes.
struct Login {
    std::string username;
    std::string ha1_md5;
    std::string ha1_sha256;
    /// The device it belongs to; none: a shared login of first contact (bootstrap), good for any device.
    std::optional<DeviceKey> device;
};

}  // namespace domain
