#pragma once

#include "base/clock.hpp"
#include "domain/model.hpp"
#include "storage/database.hpp"

#include <chrono>
#include <map>
#include <mutex>

namespace storage {

/// Model knowledge in PostgreSQL, cached. What people configured wins over what was learnt; what was learnt counts when
/// three authenticated devices agreed on it within the last 30 days.
class PgModelStore final : public domain::ModelStore {
public:
    /// `fallback` is the knowledge of a model nothing is known of. Both references must outlive the store.
    PgModelStore(Database& database, base::Clock const& clock, domain::ModelKnowledge fallback)
        : database_{database}, clock_{clock}, fallback_{std::move(fallback)}
    {
    }

    base::Awaitable<domain::ModelKnowledge> find(domain::ModelKey model) override;
    base::Awaitable<void> learn(domain::ModelKey model, std::int64_t device, bool authenticated,
                                domain::ModelKnowledge seen) override;

private:
    struct Entry {
        domain::ModelKnowledge knowledge;
        base::TimePoint loaded{};
        bool refreshing = false;
        std::map<std::size_t, unsigned> told;  ///< how often each experience was written since the last refresh
    };
    [[nodiscard]] bool is_worth_telling(domain::ModelKey const& model, std::string const& experience);
    base::Awaitable<domain::ModelKnowledge> load(domain::ModelKey model);
    base::Awaitable<void> refresh(domain::ModelKey model);
    void keep(domain::ModelKey const& model, domain::ModelKnowledge const& knowledge);

    Database& database_;
    base::Clock const& clock_;
    domain::ModelKnowledge fallback_;
    std::mutex mutex_;
    std::map<domain::ModelKey, Entry> cache_;
};

}  // namespace storage
