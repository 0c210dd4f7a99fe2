#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "domain/login.hpp"

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

    /// Another standing: re_enrolling, or allowed until `until`.
    virtual base::Awaitable<void> mark(DeviceKey device, LoginState state, base::TimePoint until) = 0;

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
