#pragma once

#include "base/awaitable.hpp"
#include "datamodel/tree.hpp"
#include "domain/ids.hpp"

#include <string>
#include <vector>

namespace domain {

/// The stored parameters of devices. Batched like SessionStore; a tree is one row.
class TreeStore {
public:
    virtual ~TreeStore() = default;

    /// All that is known of a device, the overlay of recent Informs included. Empty for a device never read.
    virtual base::Awaitable<datamodel::ParameterTree> load(DeviceKey device) = 0;

    /// Writes the tree as it is now; only columns that changed are rewritten, promoted copies follow, the overlay is
    /// folded in. `read` lists the partial paths that were read completely (when each was read is kept).
    /// Secrets are sealed. Durable on return. False: the epoch is stale, nothing was written.
    virtual base::Awaitable<bool> store(DeviceKey device, std::int64_t epoch, datamodel::ParameterTree tree,
                                        std::vector<std::string> read, std::string software_version) = 0;
};

}  // namespace domain
