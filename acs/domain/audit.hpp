#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "domain/ids.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace domain {

/// What somebody changed, or was shown: one entry of the audit trail before it is written.
struct AuditEntry {
    std::string by;                   ///< name of the operator
    std::string how;                  ///< "session", "token NAME", "token file", "one-time token", "server"
    std::string peer;                 ///< address that the request came from; empty: none
    std::string action;               ///< "device.changed": what was done to what, in lower case
    std::string target;               ///< what it was done to, as people name it: a device's id, "task 17"
    std::optional<DeviceKey> device;  ///< when it is about one device: purging the device erases the values
    std::string before, after;        ///< JSON with secrets masked; empty: nothing
};

/// A request that is about to be carried out. Who dies over it leaves this behind.
struct AuditIntent {
    std::string by, how, peer;  ///< as in AuditEntry
    std::string method, path;   ///< of the request; the path as sent, without its query
};

/// An entry as it was written. Entries are numbered from 1 without gaps.
struct AuditRecord {
    std::int64_t id = 0;
    base::TimePoint at{};
    AuditEntry entry;        ///< target, before and after are empty when they were erased
    bool is_erased = false;  ///< its values are gone, on purpose: only their digest is left
    std::string digest;      ///< of the values (32 bytes)
    std::string chain;       ///< over everything up to here (32 bytes)
};

/// What a list of the trail is narrowed to.
struct AuditQuery {
    std::optional<std::string> by, action;  ///< action: itself or, with a dot at its end, all that begin so
    std::optional<DeviceKey> device;
    std::int64_t before = 0;  ///< entries with smaller numbers only; 0: from the newest on
    unsigned limit = 100;
};

/// Where the chain stood once: an entry's number and its link. Kept elsewhere, it proves later that nothing up to
/// there was rewritten or cut off.
struct AuditAnchor {
    std::int64_t id = 0;
    std::string chain;
    friend bool operator==(AuditAnchor const&, AuditAnchor const&) = default;
};

/// What an inspection of the whole trail came to.
struct AuditVerification {
    std::int64_t entries = 0;  ///< looked at
    std::int64_t erased = 0;   ///< of them, those whose values were erased on purpose
    AuditAnchor head;          ///< the newest that is in order
    std::string problem;       ///< a sentence that names the first bad entry; empty: all is in order
};

/// How long a request may take before the trail says that nobody knows what came of it.
inline constexpr std::chrono::minutes intent_patience{15};

/// Who did what: append-only, hash-chained. Throws base::Unavailable.
class AuditTrail {
public:
    virtual ~AuditTrail() = default;

    /// Durable on return. Gives where the chain stands then.
    virtual base::Awaitable<AuditAnchor> append(AuditEntry entry) = 0;
    /// Writes down, durably, that a request begins; gives the number to end it by. One that is not ended within
    /// `intent_patience` gets the entry "request.unknown_outcome": whatever it changed is not unheard of.
    virtual base::Awaitable<std::int64_t> begin(AuditIntent intent) = 0;
    /// All that the request changed has its entry.
    virtual base::Awaitable<void> end(std::int64_t intent) = 0;
    /// Newest first.
    virtual base::Awaitable<std::vector<AuditRecord>> list(AuditQuery query) = 0;
    /// Reads all of it anew and computes every digest and link. `known`: an anchor that must be part of it.
    virtual base::Awaitable<AuditVerification> verify(std::optional<AuditAnchor> known) = 0;
};

}  // namespace domain
