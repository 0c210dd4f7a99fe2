#pragma once

#include "base/clock.hpp"
#include "domain/ids.hpp"

#include <cstdint>
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
    /// The announcement it belongs to: good for the announced device only, which did not come yet.
    std::optional<std::int64_t> announcement = {};
};

/// Orders the Digest answers of a device: by the time of their nonce, then by its count. An answer whose mark is not
/// greater than the last one was used before, here or on another node.
[[nodiscard]] std::int64_t login_mark_of(base::TimePoint nonce_time, std::uint32_t nonce_count) noexcept;
/// The earliest time of a nonce whose marks are all greater.
[[nodiscard]] base::TimePoint time_after(std::int64_t login_mark) noexcept;

}  // namespace domain
