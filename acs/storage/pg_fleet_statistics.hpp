#pragma once

#include "domain/fleet_statistics.hpp"
#include "storage/database.hpp"

namespace storage {

/// One scan over `device` and `device_contact`, and two index scans over `task`.
class PgFleetStatistics final : public domain::FleetStatistics {
public:
    /// Must outlive this.
    explicit PgFleetStatistics(Database& searches) : searches_{searches} {}

    base::Awaitable<domain::FleetCounts> count(unsigned most_software) override;

private:
    Database& searches_;
};

}  // namespace storage
