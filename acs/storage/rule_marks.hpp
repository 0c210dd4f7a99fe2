#pragma once

#include "domain/ids.hpp"
#include "storage/database.hpp"

#include <vector>

namespace storage {

/// Takes the rows of device_contact of these devices, in the order in which everybody does. Before their rows in
/// `device` are changed: a session locks its contact first.
void lock_contacts(Transaction& transaction, std::vector<domain::DeviceKey> const& devices);

/// Something that rules read of these devices is another now: their next Inform has the rules evaluated, and as with
/// acs.touch() they are woken when the rules want something else of them. The contacts are locked already.
void mark_for_rules(Transaction& transaction, std::vector<domain::DeviceKey> const& devices);

}  // namespace storage
