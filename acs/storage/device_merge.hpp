#pragma once

#include "base/result.hpp"
#include "base/sealer.hpp"
#include "domain/ids.hpp"
#include "storage/database.hpp"

namespace storage {

/// Makes one device of two within the transaction; see domain::DeviceAdmin::merge.
[[nodiscard]] base::Result<void> merge_devices(Transaction& transaction, base::Sealer const& sealer,
                                               domain::DeviceKey from, domain::DeviceKey into);

}  // namespace storage
