#include "wakeup/last_connections.hpp"

#include <exception>
#include <utility>

namespace wakeup {

void LastConnections::note(domain::DeviceKey device, domain::Place from) noexcept
{
    try {
        std::scoped_lock const lock{mutex_};
        places_.put(device, {std::move(from), std::chrono::steady_clock::now()});
    } catch (std::exception const&) {  // no memory: then it is not known
    }
}

std::optional<domain::Place> LastConnections::find(domain::DeviceKey device) const
{
    std::scoped_lock const lock{mutex_};
    auto const* const place = places_.find(device);
    if (place == nullptr || std::chrono::steady_clock::now() - place->at > life)
        return std::nullopt;
    return place->from;
}

}  // namespace wakeup
