#pragma once

#include "base/awaitable.hpp"
#include "domain/contact.hpp"
#include "domain/login.hpp"

#include <optional>
#include <string>

namespace domain {

/// An unknown device that is expected.
struct ExpectedDevice {
    std::int64_t announcement = 0;
    std::string username;  ///< the login it has to come with; empty: any that lets devices in
};

struct LookupAnswer {
    std::optional<KnownDevice> device;
    std::optional<ExpectedDevice> expected;  ///< of a device that is not known
    std::optional<Login> login;              ///< of the user name asked for
};

/// What must be kept so that a session can go on over another connection or on another node.
struct SuspendedSession {
    std::string cookie;
    DeviceKey device;
    std::int64_t epoch = 0;
    std::string state;  ///< the session's own JSON: dialect, outstanding RPC, queue position
};

/// The session path's way to the database. Every call joins a batch with those of other sessions: one statement, one
/// commit, one round trip for all. Calls throw base::Unavailable when the database did not answer within 20 s.
class SessionStore {
public:
    virtual ~SessionStore() = default;

    /// The device of this identity and the login of this user name (empty: none is looked for).
    virtual base::Awaitable<LookupAnswer> look_up(cwmp::DeviceId identity, std::string username) = 0;

    /// Durable on return: contact row, events (unless they are only 2 PERIODIC), values, session epoch + 1. A device
    /// that is new, and one whose software is another, are events too.
    virtual base::Awaitable<Admission> commit_contact(Contact contact) = 0;

    /// Records a TransferComplete, DUStateChangeComplete or other report of the CPE as an event, whatever the epoch.
    /// Durable on return. `kind` is one of event_kind.hpp, `detail` a JSON object.
    virtual base::Awaitable<void> record_report(DeviceKey device, std::string kind, std::string detail) = 0;

    /// Notes how a session ended. Called for a failed one, and for a good one after failures. Not fenced.
    virtual base::Awaitable<void> note_end(DeviceKey device, bool failed, std::string reason) = 0;

    /// Stops (reason) or restarts (empty) automation for one device.
    virtual base::Awaitable<void> set_automation(DeviceKey device, std::string stopped_reason) = 0;

    /// Several boxes claim to be this device: from now on it is in the state `conflict`, and automation leaves it alone
    /// for this reason, until a person decides. Only a device that is pending or active changes.
    virtual base::Awaitable<void> mark_conflict(DeviceKey device, std::string reason) = 0;

    /// Keeps the login of connection requests that the next RPC gives the device; the one before it is kept beside it,
    /// for the device may refuse. Empty: what is known stays. Durable on return. Not fenced.
    virtual base::Awaitable<void> keep_wake_credentials(DeviceKey device, std::string username,
                                                        std::string password) = 0;

    /// Keeps a session whose connection ended in the middle; replaced by a later call of the same cookie.
    virtual base::Awaitable<void> suspend(SuspendedSession session) = 0;
    /// Takes a kept session out; none when the cookie is unknown, was taken, or a newer Inform made it stale.
    virtual base::Awaitable<std::optional<SuspendedSession>> resume(std::string cookie) = 0;
};

}  // namespace domain
