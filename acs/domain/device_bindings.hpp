#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "domain/ids.hpp"

#include <string>
#include <vector>

namespace domain {

/// Where the STUN server of a node hears a device that waits for connection requests over UDP: what NAT made of its
/// address. Only what leaves that node's socket gets through to it.
struct DeviceBinding {
    DeviceKey device;
    std::string address;       ///< "192.0.2.7:40123"
    bool is_verified = false;  ///< the device signed for it; else it is what somebody said who gave its user name
    base::TimePoint seen{};    ///< when it became so, or was last confirmed in writing: now and then
    std::string node;          ///< the configured name of the node
    friend bool operator==(DeviceBinding const&, DeviceBinding const&) = default;
};

/// What a device may sign its binding requests with: its login of connection requests.
struct StunLogin {
    std::string username;
    DeviceKey device;
    std::string password;
    friend bool operator==(StunLogin const&, StunLogin const&) = default;
};

/// Keeps for all nodes what each one's STUN server knows. Throws base::Unavailable.
class DeviceBindings {
public:
    static constexpr unsigned most_of_a_name = 8;  ///< devices that are told apart by their passwords

    virtual ~DeviceBindings() = default;

    /// What changed at one node: bindings of its own that are as they say now, and devices that it hears no more.
    virtual base::Awaitable<void> write(std::string node, std::vector<DeviceBinding> kept,
                                        std::vector<DeviceKey> gone) = 0;
    /// Of all nodes: verified ones first, then the newest.
    virtual base::Awaitable<std::vector<DeviceBinding>> of_device(DeviceKey device) = 0;
    /// Of one node, by key, after `after`.
    virtual base::Awaitable<std::vector<DeviceBinding>> of_node(std::string node, DeviceKey after, unsigned limit) = 0;

    /// The logins with these user names, also those from before the last until the device has the last. Of a name that
    /// more than `most_of_a_name` devices share, some.
    virtual base::Awaitable<std::vector<StunLogin>> logins(std::vector<std::string> usernames) = 0;
};

}  // namespace domain
