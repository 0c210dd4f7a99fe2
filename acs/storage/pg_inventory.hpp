#pragma once

#include "base/sealer.hpp"
#include "domain/inventory.hpp"
#include "domain/task_news.hpp"
#include "domain/tree_store.hpp"
#include "storage/database.hpp"
#include "storage/id_source.hpp"
#include "storage/session_path.hpp"

namespace storage {

/// What the inventory needs. All references must outlive it.
struct InventoryParts {
    Database& writes;    ///< tasks are made and cancelled here
    Database& searches;  ///< read-only connections with the search time-out
    domain::TreeStore& trees;
    base::Sealer const& sealer;
    IdSource& ids;
    domain::SearchComposer compose;
    /// Another hash, for tests of collisions.
    std::int64_t (*hash)(cwmp::DeviceId const&, unsigned) = identity_hash;
    domain::TaskNews* news = nullptr;  ///< learns of every task that is added; null: nobody does
};

/// What people and programs ask of the inventory, in PostgreSQL.
class PgInventory final : public domain::Inventory {
public:
    explicit PgInventory(InventoryParts parts) : parts_{std::move(parts)} {}

    base::Awaitable<base::Result<std::vector<domain::DeviceRow>>>
    search(std::optional<domain::Condition> where, domain::DeviceKey after, unsigned limit) override;
    base::Awaitable<std::optional<domain::DeviceRow>> find(cwmp::DeviceId identity) override;
    base::Awaitable<std::optional<domain::DeviceRow>> find(domain::DeviceKey key) override;
    base::Awaitable<std::vector<domain::DeviceKey>> matching(std::vector<domain::DeviceKey> keys,
                                                             domain::Condition condition) override;

    base::Awaitable<domain::InventoryTotals> totals() override;

    base::Awaitable<std::vector<domain::ParameterRow>>
    parameters(domain::DeviceKey device, std::string below, std::string after, unsigned limit,
               domain::Secrets secrets = domain::Secrets::withheld) override;

    base::Awaitable<domain::TaskRow> add_task(domain::Task task) override;
    base::Awaitable<std::uint64_t> open_tasks(domain::DeviceKey device) override;
    base::Awaitable<std::optional<domain::TaskRow>> find_task(domain::TaskId id) override;
    base::Awaitable<std::vector<domain::TaskRow>> tasks(domain::TaskQuery query) override;
    base::Awaitable<std::optional<domain::TaskRow>> cancel_task(domain::TaskId id) override;
    base::Awaitable<std::optional<domain::TaskRow>> wait_for_task(domain::TaskId id,
                                                                  std::chrono::milliseconds most) override;

    base::Awaitable<std::vector<WakeCredentials>> wake_credentials(domain::DeviceKey device) override;
    base::Awaitable<std::optional<base::TimePoint>> last_inform(domain::DeviceKey device) override;

private:
    /// Runs `work` on the connections for reading; one that takes too long is an outage.
    template <class Work>
    base::Awaitable<std::invoke_result_t<Work&, Transaction&>> read(Work work);
    base::Awaitable<std::vector<domain::DeviceKey>> matching_in_halves(std::vector<domain::DeviceKey> keys,
                                                                       domain::Condition condition);

    InventoryParts parts_;
};

}  // namespace storage
