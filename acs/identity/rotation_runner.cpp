#include "identity/rotation_runner.hpp"

#include "base/log.hpp"
#include "base/steps.hpp"

#include <string>
#include <utility>
#include <vector>

namespace identity {

base::Awaitable<void> RotationRunner::run(std::chrono::milliseconds interval)
{
    co_await base::take_steps(*this, interval, "identity.rotation");
}

base::Awaitable<void> RotationRunner::step()
{
    for (auto const& turn : co_await rotations_.turns())
        co_await take(turn);
}

/// A page of devices; those that are not in service are passed over.
base::Awaitable<void> RotationRunner::take(domain::RotationTurn turn)
{
    auto const page = co_await domain::next_page(fleet_, guard_, turn.where, turn.position, turn.devices);
    if (!page) {
        base::log::warning("identity.rotation", {{"rotation", turn.id}, {"reason", page.error().what}});
        co_await rotations_.change(turn.id, domain::RotationState::paused, page.error().what);
        co_return;
    }
    std::vector<domain::DeviceKey> devices;
    for (auto const& device : page->devices)
        if (device.state == domain::DeviceState::active)
            devices.push_back(device.key);
    co_await rotations_.advance(std::move(turn), std::move(devices), page->position, page->is_last);
}

}  // namespace identity
