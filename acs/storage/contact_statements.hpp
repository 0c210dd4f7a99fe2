#pragma once

#include "storage/connection.hpp"

namespace storage {

// The statements that commit a batch of contacts. Their parameters $1 to $24 are one array for each column of a
// contact, in the order of ContactColumns::send; then the promoted copies, then what names a new device.

/// What some contact of a batch has.
struct ContactParts {
    bool events = false;
    bool overlays = false;
    bool promoted = false;  ///< copies, in $25 to $28
    bool software = false;  ///< another version than before: three arrays more (see ACS_CONTACT_SOFTWARE)
};

/// For known devices, with the parts that the batch needs.
[[nodiscard]] Statement commit_known_contact(ContactParts const& parts);

/// For new devices: promoted copies in $25 to $28, identity, manufacturer and state in $29 to $33, announcements in
/// $34; with the part for those who were announced, or without.
[[nodiscard]] Statement commit_new_contact(bool announced);

}  // namespace storage
