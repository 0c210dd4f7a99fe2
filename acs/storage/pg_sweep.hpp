#pragma once

#include "base/sealer.hpp"
#include "domain/rule_sweep.hpp"
#include "storage/database.hpp"

namespace storage {

/// Settings of the connection that a node's sweep has for itself: one, with plans that reach rows by index.
[[nodiscard]] DatabaseSettings sweep_connection(ConnectionSettings const& connection);

/// domain::SweepStore in PostgreSQL.
class PgSweep final : public domain::SweepStore {
public:
    /// Both must outlive this; see sweep_connection.
    PgSweep(Database& database, base::Sealer const& sealer) : database_{database}, sealer_{sealer} {}

    base::Awaitable<std::optional<domain::SweepTurn>> take(domain::SweepOffer offer) override;
    base::Awaitable<std::optional<domain::SweepSummary>> advance(domain::SweepPart part) override;
    base::Awaitable<std::vector<domain::SweptDevice>> next(domain::DeviceKey after, unsigned limit) override;
    base::Awaitable<std::vector<domain::SweptDevice>> load(std::vector<domain::DeviceKey> devices) override;
    base::Awaitable<std::vector<domain::DeviceKey>> take_touched(unsigned limit) override;
    base::Awaitable<std::set<domain::DeviceKey>> mark(std::vector<domain::DeviceKey> devices) override;
    base::Awaitable<std::set<domain::DeviceKey>> still_marked(std::vector<domain::DeviceKey> devices) override;
    base::Awaitable<std::map<std::string, std::uint64_t>> budgets_used() override;

private:
    Database& database_;
    base::Sealer const& sealer_;
};

}  // namespace storage
