#pragma once

#include "base/awaitable.hpp"
#include "domain/task.hpp"

#include <chrono>
#include <string>

namespace domain {

/// How a device is asked to come.
struct WakeWish {
    std::chrono::milliseconds most{10'000};  ///< that the caller waits for its Inform
    Priority priority = Priority::person;    ///< for whom; bulk: jobs over a part of the fleet
    bool anew = false;                       ///< it must inform: a session that it is in already does not do
};

/// What became of an attempt to make a device open a session.
struct WakeOutcome {
    bool reached = false;  ///< its Inform came, or it is in a session
    std::string cause;     ///< in plain words when not: "refused", "timeout", "401 wrong credentials", ...
    bool is_busy = false;  ///< it answered, but is in a session or was asked too often: worth asking again
    std::string method;    ///< that reached it, or that was tried last: "http", ...; "session": it is in one; or empty
    std::string outlook;   ///< what happens now when it was not reached: when its next Inform is expected
};

/// Makes devices contact the ACS now (TR-069 3.2.2). Safe from any I/O thread.
class Waker {
public:
    virtual ~Waker() = default;
    /// Asks the device to come by whatever way may reach it, and waits for the Inform, at most `wish.most`. Wishes for
    /// one device at the same time share one attempt.
    virtual base::Awaitable<WakeOutcome> wake(DeviceKey device, WakeWish wish) = 0;
};

}  // namespace domain
