#pragma once

#include "base/awaitable.hpp"
#include "domain/condition.hpp"
#include "domain/inventory.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace domain {

/// What a list of devices can be ordered by.
enum class FleetColumn { manufacturer, oui, product_class, serial_number, first_seen, last_inform, last_boot };

struct FleetOrder {
    FleetColumn column = FleetColumn::last_inform;
    bool is_descending = false;  ///< what is not known comes first, or last when descending
};

/// A part of the fleet in an order of the asker's.
struct FleetQuery {
    std::optional<Condition> where;  ///< none: all devices
    std::vector<FleetOrder> order;   ///< then by key
    std::uint64_t skip = 0;
    std::uint32_t limit = 100;
};

/// Lists of devices for programs that sort and skip: every look at such a list reads all that came before, so
/// our own lists are paged by keys (Inventory::search). Runs as searches do; throws base::Unavailable.
class FleetList {
public:
    virtual ~FleetList() = default;

    /// The keys of the devices. Fails as Inventory::search does.
    virtual base::Awaitable<base::Result<std::vector<DeviceKey>>> pick(FleetQuery query) = 0;
    /// The devices with these keys in their order; those that are gone are left out.
    virtual base::Awaitable<std::vector<DeviceRow>> devices(std::vector<DeviceKey> keys) = 0;
    /// When the devices with these keys last told 0 BOOTSTRAP, as far as their events are kept; in no order.
    virtual base::Awaitable<std::vector<std::pair<DeviceKey, base::TimePoint>>>
    last_bootstraps(std::vector<DeviceKey> keys) = 0;
};

}  // namespace domain
