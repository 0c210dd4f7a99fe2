#pragma once

#include "base/awaitable.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace domain {

/// How many devices run one software.
struct SoftwareCount {
    std::string model;  ///< the devices' model, else their product class
    std::string software_version;
    std::uint64_t devices = 0;
};

/// What the fleet is like, counted over all of it.
struct FleetCounts {
    std::map<std::string, std::uint64_t> by_state;
    /// By when they last informed: "1m" (within a minute), "5m" (but not within one) ... "older", "never".
    std::map<std::string, std::uint64_t> by_contact;
    std::vector<SoftwareCount> by_software;            ///< the most devices first, bounded
    std::uint64_t other_software = 0;                  ///< devices that run others
    std::map<std::string, std::uint64_t> open_tasks;   ///< by state
    std::map<std::string, std::uint64_t> ended_tasks;  ///< by state, of those ordered within a day
};

/// Counts the fleet. Reads every device: ask seldom. Throws base::Unavailable.
class FleetStatistics {
public:
    virtual ~FleetStatistics() = default;

    virtual base::Awaitable<FleetCounts> count(unsigned most_software) = 0;
};

}  // namespace domain
