#pragma once

#include "domain/condition.hpp"
#include "domain/fleet_list.hpp"
#include "storage/database.hpp"

namespace storage {

/// Sorted and skipped lists of devices, in PostgreSQL.
class PgFleetList final : public domain::FleetList {
public:
    /// `searches` has read-only connections with the search time-out and must outlive it.
    PgFleetList(Database& searches, domain::SearchComposer compose) : searches_{searches}, compose_{std::move(compose)}
    {
    }

    base::Awaitable<base::Result<std::vector<domain::DeviceKey>>> pick(domain::FleetQuery query) override;
    base::Awaitable<std::vector<domain::DeviceRow>> devices(std::vector<domain::DeviceKey> keys) override;
    base::Awaitable<std::vector<std::pair<domain::DeviceKey, base::TimePoint>>>
    last_bootstraps(std::vector<domain::DeviceKey> keys) override;

private:
    Database& searches_;
    domain::SearchComposer compose_;
};

}  // namespace storage
