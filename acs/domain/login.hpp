#pragma once

#include "base/clock.hpp"
#include "domain/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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
    /// The second phase of a change: the HA1s of the password that the device was told, or is to be told, and has not
    /// used yet. Empty: there is none. Both are good.
    std::string next_ha1_md5, next_ha1_sha256;
    bool is_used = true;      ///< the device has shown that it has it
    bool is_revoked = false;  ///< it was the device's before it was retired: nobody is let in with it
};

/// Orders the Digest answers of a device: by the time of their nonce, then by its count. An answer whose mark is not
/// greater than the last one was used before, here or on another node.
[[nodiscard]] std::int64_t login_mark_of(base::TimePoint nonce_time, std::uint32_t nonce_count) noexcept;
/// The earliest time of a nonce whose marks are all greater.
[[nodiscard]] base::TimePoint time_after(std::int64_t login_mark) noexcept;

/// What a device is let in with. Kept in its row, so that the look-up of an Inform knows.
enum class LoginState {
    none,          ///< it never had a login of its own: a shared one is good
    given,         ///< one was made for it, and perhaps it has it: a shared one is good until it was used, or, after a
                   ///< reset, until that time is over
    proven,        ///< it has used its own: no shared one is good any more
    re_enrolling,  ///< it came back from its factory defaults with a shared one and waits for somebody to agree
    allowed,       ///< it may come with a shared one for a while, and is given its own anew
    ignored,       ///< it says that it takes its own and goes on with a shared one, which stays good
};

[[nodiscard]] std::string_view to_text(LoginState state);
[[nodiscard]] LoginState login_state(std::string_view text);

}  // namespace domain
