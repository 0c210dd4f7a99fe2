#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/audit.hpp"
#include "domain/ids.hpp"
#include "domain/login.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace domain {

/// How one login of a device stands; never the password.
struct LoginRow {
    std::string username;
    std::string origin;  ///< "generated", "imported", "set" (on the device, by a person or a rule)
    base::TimePoint created{};
    std::optional<base::TimePoint> used_at;         ///< when the device was first seen to have its password
    std::optional<base::TimePoint> changing_since;  ///< it was told another password that it has not used yet
    std::optional<base::TimePoint> revoked_at;      ///< with its device, when that was retired
};

/// How the login of connection requests stands.
struct WakeLoginRow {
    std::string username;
    std::string origin;  ///< "generated", "set"
    base::TimePoint changed_at{};
    std::optional<base::TimePoint> confirmed_at;  ///< when the device took it; only of a generated one
};

/// What a device logs in with, and what we wake it with.
struct DeviceLogins {
    LoginState state = LoginState::none;
    std::optional<base::TimePoint> allowed_until;  ///< of LoginState::allowed
    std::vector<LoginRow> logins;
    std::optional<WakeLoginRow> wake;
};

/// How a device is to leave.
struct Retirement {
    bool factory_reset = true;  ///< it is reset first, when it comes before `by`
    base::TimePoint by{};
};

/// What a purge came to.
struct Purged {
    std::uint64_t rows = 0;
    std::vector<std::string> files;  ///< File::stored_as of what the device had uploaded: to be removed
};

/// How devices begin anew and how they end. Durable on return; throws base::Unavailable.
class DeviceLife {
public:
    virtual ~DeviceLife() = default;

    virtual base::Awaitable<DeviceLogins> logins(DeviceKey device) = 0;

    /// It may come with a shared login until `until`, and is given its own anew. Fails with a sentence: it has none
    /// that it could have lost, or is not in service.
    virtual base::Awaitable<base::Result<void>> re_enrol(DeviceKey device, base::TimePoint until) = 0;

    /// It leaves: its queued tasks are cancelled, and it is reset when it comes; then, or when the time is over, it is
    /// retired. The task that resets it, none when it is retired at once. Fails with a sentence: it has left already.
    virtual base::Awaitable<base::Result<std::optional<TaskId>>> retire(DeviceKey device, Retirement retirement) = 0;

    /// Erases everything that is kept of a device that has left, was rejected or was never let in: every row of every
    /// table but the audit trail's chain. Fails with a sentence: it is in service.
    /// `entry` goes into the audit trail with it, and says how many rows there were.
    virtual base::Awaitable<base::Result<Purged>> purge(DeviceKey device, AuditEntry entry) = 0;
};

}  // namespace domain
