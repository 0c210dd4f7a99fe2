#pragma once

#include "domain/faults.hpp"
#include "storage/database.hpp"

namespace storage {

/// Faults, read from tasks, quarantines, contacts and devices.
class PgFaults final : public domain::Faults {
public:
    /// Must outlive this.
    explicit PgFaults(Database& searches) : searches_{searches} {}

    base::Awaitable<std::vector<domain::Fault>> list(domain::FaultQuery query) override;
    base::Awaitable<std::vector<domain::FaultGroup>> groups(base::TimePoint since, unsigned limit) override;

private:
    Database& searches_;
};

}  // namespace storage
