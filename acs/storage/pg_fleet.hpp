#pragma once

#include "domain/fleet.hpp"
#include "storage/database.hpp"
#include "storage/session_path.hpp"

#include <cstdint>
#include <utility>

namespace storage {

/// What is asked of the fleet, in PostgreSQL.
class PgFleet final : public domain::Fleet {
public:
    /// `searches`: read-only connections with the search time-out; must outlive this. `hash`: another one for tests of
    /// collisions.
    PgFleet(Database& searches, domain::SearchComposer compose,
            std::int64_t (*hash)(cwmp::DeviceId const&, unsigned) = identity_hash)
        : searches_{searches}, compose_{std::move(compose)}, hash_{hash}
    {
    }

    base::Awaitable<base::Result<std::uint64_t>> count(std::optional<domain::Condition> where) override;
    base::Awaitable<base::Result<std::vector<domain::TagCount>>> tags(std::optional<domain::Condition> where,
                                                                      std::string after, unsigned limit) override;
    base::Awaitable<base::Result<std::vector<domain::FleetDevice>>>
    walk(std::optional<domain::Condition> where, domain::DeviceKey after, unsigned limit) override;
    base::Awaitable<std::vector<std::optional<domain::DeviceKey>>>
    resolve(std::vector<cwmp::DeviceId> identities) override;

private:
    Database& searches_;
    domain::SearchComposer compose_;
    std::int64_t (*hash_)(cwmp::DeviceId const&, unsigned);
};

}  // namespace storage
