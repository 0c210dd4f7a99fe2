#pragma once

#include "api/cached.hpp"
#include "domain/faults.hpp"
#include "domain/fleet_statistics.hpp"

#include <vector>

namespace api {

/// What is counted over the whole fleet, at most once a minute on each node.
struct FleetCache {
    static constexpr std::chrono::seconds life{60};

    Cached<domain::FleetCounts> counts{life};
    Cached<std::vector<domain::FaultGroup>> faults{life};
};

}  // namespace api
