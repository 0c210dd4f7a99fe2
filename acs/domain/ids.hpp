#pragma once

#include "base/strong_id.hpp"

namespace domain {

/// Names one device for its whole life in the database (`acs.device.id`): at first a 63-bit hash of its identity.
using DeviceKey = base::StrongId<struct DeviceKeyTag>;
/// Names one task of one device; made by the node (time, node, counter), so ascending in time.
using TaskId = base::StrongId<struct TaskIdTag>;
using FileId = base::StrongId<struct FileIdTag>;

}  // namespace domain
