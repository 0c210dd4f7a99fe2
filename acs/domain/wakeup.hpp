#pragma once

#include "base/awaitable.hpp"
#include "domain/device.hpp"

#include <chrono>
#include <string>

namespace domain {

/// What became of an attempt to make a device open a session.
struct WakeOutcome {
    bool reached = false;  ///< its Inform came
    std::string cause;     ///< in plain words when not: "refused", "timeout", "401 wrong credentials", ...
    bool is_busy = false;  ///< it answered, but is in a session or was asked too often: worth asking again
};

/// Makes devices contact the ACS now (TR-069 3.2.2).
class Waker {
public:
    virtual ~Waker() = default;
    /// Sends a connection request and waits for the Inform, at most `most`.
    virtual base::Awaitable<WakeOutcome> wake(DeviceKey device, std::chrono::milliseconds most) = 0;
};

}  // namespace domain
