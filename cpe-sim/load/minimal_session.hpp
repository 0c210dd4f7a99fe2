#pragma once

#include "base/awaitable.hpp"
#include "load/load_context.hpp"
#include "load/scheduler.hpp"

#include <cstdint>

namespace sim {

/// One session of a device without a tree.
struct MinimalSession {
    std::uint32_t device = 0;
    std::uint8_t reasons = 0;
    std::uint32_t retry_count = 0;
    std::uint32_t number = 0;  ///< of the device's sessions: what goes wrong on purpose follows from it
};

/// Connects, informs, posts empty and takes the 204 - with as little work as can be. What the ACS wants beside that is
/// answered by the device's whole self, which the scheduler makes for it. Both references must outlive the coroutine.
base::Awaitable<Scheduler::Ending> hold_minimal_session(LoadContext& context, Scheduler& scheduler,
                                                        MinimalSession session);

}  // namespace sim
