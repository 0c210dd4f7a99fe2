#pragma once

#include "domain/condition.hpp"
#include "domain/event_log.hpp"

#include <optional>
#include <vector>

namespace domain {

class Inventory;

/// Which events somebody wants to hear of, and may.
struct EventSelection {
    KindFilter kinds;
    std::optional<DeviceKey> device;
    std::optional<Condition> devices;  ///< of devices that meet it only; none: of all, and of none
};

/// Those of `events` that are selected, in their order. Throws base::Unavailable.
[[nodiscard]] base::Awaitable<std::vector<EventRecord>> selected(Inventory& inventory, EventSelection const& selection,
                                                                 std::vector<EventRecord> events);

}  // namespace domain
