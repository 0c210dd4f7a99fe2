#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "domain/audit.hpp"
#include "domain/login.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace domain {

/// A login as it is told to a device.
struct GivenLogin {
    std::string username;
    std::string password;
    friend bool operator==(GivenLogin const&, GivenLogin const&) = default;
};

/// A login that somebody wants a device to have.
struct LoginOffer {
    DeviceKey device;
    GivenLogin login;
    std::string ha1_md5, ha1_sha256;  ///< of it, raw bytes
    bool is_generated = true;         ///< else a person, or a rule, chose it
};

/// The logins of devices as sessions give them. There are never two values that a device may have and that are not
/// kept: what was once offered is offered again until it was used. Batched like SessionStore; every call is durable on
/// return and throws base::Unavailable when the database did not answer.
class LoginStore {
public:
    virtual ~LoginStore() = default;

    /// Keeps a login beside the one that the device has. What it is to be told now: the offered login, or an earlier
    /// one that it was offered and has not used. None: the user name is another device's.
    virtual base::Awaitable<std::optional<GivenLogin>> offer(LoginOffer offer) = 0;

    /// The device came with this password (its HA1, raw bytes) of this login of its own: it is the only one that is
    /// good from now on, and its LoginState is proven. Nothing happens when it is none of the two that are kept.
    virtual base::Awaitable<void> prove(DeviceKey device, std::string username, std::string ha1_md5) = 0;

    /// Another standing: re_enrolling, allowed until `until`, or ignored (only of one that was given).
    virtual base::Awaitable<void> mark(DeviceKey device, LoginState state, base::TimePoint until) = 0;

    /// What the device was told, or is to be told, of this user name and has not used yet; none: there is nothing.
    virtual base::Awaitable<std::optional<GivenLogin>> told(DeviceKey device, std::string username) = 0;
    /// The device keeps less of what it was told: that takes its place. Nothing happens when there is nothing that was
    /// told and not used.
    virtual base::Awaitable<void> shorten(LoginOffer kept) = 0;

    /// A policy agrees that a device which was reset is itself: it is `allowed` until `until`, and `entry` is in the
    /// audit trail. False, and nothing happens: that was so `most` times within the last 24 hours.
    virtual base::Awaitable<bool> agree(DeviceKey device, base::TimePoint until, std::uint32_t most,
                                        AuditEntry entry) = 0;

    /// Keeps a login of connection requests beside the one that the device has. What it is to be told now, as offer().
    /// None: a rule or a person gave it one, and `force` is false. `force`: it has lost what it was given.
    virtual base::Awaitable<std::optional<GivenLogin>> offer_wake(DeviceKey device, GivenLogin login, bool force) = 0;
    /// The device has taken the login of connection requests that it was told last.
    virtual base::Awaitable<void> confirm_wake(DeviceKey device) = 0;

    /// A device in state `retiring` becomes `retired`: its logins are revoked, its open tasks are cancelled, kept
    /// sessions and the login of connection requests are forgotten.
    virtual base::Awaitable<void> retire(DeviceKey device) = 0;
};

}  // namespace domain
