#pragma once

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "domain/condition.hpp"
#include "domain/device.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace domain {

/// A label, and how many devices have it.
struct TagCount {
    std::string tag;
    std::uint64_t devices = 0;
};

/// A device on a walk through the fleet.
struct FleetDevice {
    DeviceKey key;
    DeviceState state = DeviceState::pending;
};

/// What is asked of many devices at once, on the connections of searches. Those with a condition (none: all devices)
/// fail with a sentence for the person who asked when it took too long or PostgreSQL refused it. Throws
/// base::Unavailable.
class Fleet {
public:
    virtual ~Fleet() = default;

    virtual base::Awaitable<base::Result<std::uint64_t>> count(std::optional<Condition> where) = 0;
    /// By name, after the label `after`.
    virtual base::Awaitable<base::Result<std::vector<TagCount>>> tags(std::optional<Condition> where, std::string after,
                                                                      unsigned limit) = 0;
    /// By key, after `after`.
    virtual base::Awaitable<base::Result<std::vector<FleetDevice>>> walk(std::optional<Condition> where,
                                                                         DeviceKey after, unsigned limit) = 0;
    /// The devices with these identities, in the same order; none where there is none.
    virtual base::Awaitable<std::vector<std::optional<DeviceKey>>> resolve(std::vector<cwmp::DeviceId> identities) = 0;
};

/// The devices that are next on a walk.
struct FleetPage {
    std::vector<FleetDevice> devices;
    DeviceKey position;    ///< the last one that was looked at
    bool is_last = false;  ///< there are no more
};

/// The next devices that meet a condition as text (empty: all devices), which is guarded anew. Fails with a sentence
/// when it cannot be searched by.
[[nodiscard]] base::Awaitable<base::Result<FleetPage>> next_page(Fleet& fleet, ConditionGuard& guard, std::string where,
                                                                 DeviceKey after, unsigned most);

}  // namespace domain
