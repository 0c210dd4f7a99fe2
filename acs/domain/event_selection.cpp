#include "domain/event_selection.hpp"

#include "domain/inventory.hpp"

#include <algorithm>
#include <utility>

namespace domain {

base::Awaitable<std::vector<EventRecord>> selected(Inventory& inventory, EventSelection const& selection,
                                                   std::vector<EventRecord> events)
{
    std::erase_if(events, [&](EventRecord const& event) {
        return !selection.kinds.takes(event.kind) || (selection.device && event.device != *selection.device) ||
               (selection.devices && event.device.value() == 0);
    });
    if (!selection.devices || events.empty())
        co_return events;
    std::vector<DeviceKey> keys;
    for (auto const& event : events)
        keys.push_back(event.device);
    std::ranges::sort(keys);
    auto const repeated = std::ranges::unique(keys);
    keys.erase(repeated.begin(), repeated.end());
    auto seen = co_await inventory.matching(std::move(keys), *selection.devices);
    std::ranges::sort(seen);
    std::erase_if(events, [&](EventRecord const& event) { return !std::ranges::binary_search(seen, event.device); });
    co_return events;
}

}  // namespace domain
