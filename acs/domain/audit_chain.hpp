#pragma once

#include "domain/audit.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace domain {

/// The digest of an entry's values (target, before, after), 32 bytes. The salt goes with the values: when both are
/// erased nobody can find out by guessing what they were.
[[nodiscard]] std::string audit_digest(std::string_view salt, AuditEntry const& entry);

/// The link of an entry: SHA-256 over the link before it (empty for the first) and all of the record but its values,
/// for which the digest stands. Every field is preceded by its length, so that none can pass for a part of another.
[[nodiscard]] std::string audit_link(std::string_view previous, AuditRecord const& record);

/// Holds the records of a trail, given one after the other from the first on, against their digests and links.
class AuditVerifier {
public:
    explicit AuditVerifier(std::optional<AuditAnchor> known) : known_{std::move(known)} {}

    /// `salt`: of its values; not looked at when they were erased. False: something is wrong, no more need be given.
    bool take(AuditRecord const& record, std::string_view salt);
    /// When all were given.
    [[nodiscard]] AuditVerification finish();

private:
    bool fail(std::string problem);

    std::optional<AuditAnchor> known_;
    AuditVerification found_;
    std::map<DeviceKey, std::int64_t> unexplained_;  ///< devices with erased values, and their first such entry
};

}  // namespace domain
