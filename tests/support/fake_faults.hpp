#pragma once

#include "domain/faults.hpp"
#include "domain/fleet_statistics.hpp"

#include <algorithm>
#include <vector>

namespace support {

/// Faults that a test puts in, in the order of their list. One thread.
class FakeFaults final : public domain::Faults {
public:
    ~FakeFaults() override;
    std::vector<domain::Fault> all;
    std::vector<domain::FaultGroup> all_groups;
    unsigned grouped = 0;  ///< how often the groups were read

    base::Awaitable<std::vector<domain::Fault>> list(domain::FaultQuery query) override
    {
        std::vector<domain::Fault> found;
        bool is_behind = query.after.empty();
        for (auto const& fault : all) {
            if (fault.kind != query.kind)
                continue;
            bool const is_meant = (!query.device || fault.device == *query.device) &&
                                  (!query.code || fault.code == query.code) &&
                                  (!fault.since || *fault.since >= query.since);
            if (is_behind && is_meant && found.size() < query.limit)
                found.push_back(fault);
            is_behind = is_behind || domain::place_of(fault) == query.after;
        }
        co_return found;
    }
    base::Awaitable<std::vector<domain::FaultGroup>> groups(base::TimePoint, unsigned limit) override
    {
        ++grouped;
        auto const count = std::min<std::size_t>(all_groups.size(), limit);
        co_return std::vector<domain::FaultGroup>(all_groups.begin(),
                                                  all_groups.begin() + static_cast<std::ptrdiff_t>(count));
    }
};

/// Counts that a test puts in. One thread.
class FakeFleetStatistics final : public domain::FleetStatistics {
public:
    ~FakeFleetStatistics() override;
    domain::FleetCounts counts;
    unsigned counted = 0;  ///< how often

    base::Awaitable<domain::FleetCounts> count(unsigned) override
    {
        ++counted;
        co_return counts;
    }
};

}  // namespace support
