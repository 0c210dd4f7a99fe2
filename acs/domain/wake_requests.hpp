#pragma once

#include "base/awaitable.hpp"
#include "domain/reachability.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace domain {

/// One node has another ask a device, because only that one can: it hears the device's binding.
struct WakeRequest {
    std::int64_t id = 0;  ///< made by who asks; unlike all others
    DeviceKey device;
    std::string node;                   ///< that is to ask the device
    std::string method;                 ///< by this method
    std::chrono::milliseconds most{0};  ///< that it may take
};

/// What came of it.
struct WakeReply {
    std::int64_t id = 0;
    bool is_sent = false;
    bool is_busy = false;
    WakeResult result = WakeResult::failed;
    std::string cause;
    friend bool operator==(WakeReply const&, WakeReply const&) = default;
};

/// What is new for one node.
struct WakeMail {
    std::vector<WakeRequest> requests;  ///< it is to ask these devices; each is handed out once
    std::vector<WakeReply> replies;     ///< to what it had others do; each is handed out once
};

/// How nodes have each other wake devices. What nobody took in time, or nobody asks for any more, is forgotten.
/// Throws base::Unavailable.
class WakeRequests {
public:
    virtual ~WakeRequests() = default;
    /// Sends what `node` wants of others and what it answers them, and tells them that there is something.
    virtual base::Awaitable<void> post(std::string node, std::vector<WakeRequest> requests,
                                       std::vector<WakeReply> replies) = 0;
};

}  // namespace domain
