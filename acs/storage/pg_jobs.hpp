#pragma once

#include "base/sealer.hpp"
#include "domain/jobs.hpp"
#include "domain/task_news.hpp"
#include "storage/database.hpp"
#include "storage/id_source.hpp"

namespace storage {

/// domain::Jobs over the pool for rare work.
class PgJobs final : public domain::Jobs {
public:
    /// What it works with; all must outlive it.
    struct Parts {
        Database& writes;
        IdSource& ids;
        base::Sealer const& sealer;
        domain::TaskNews* news = nullptr;  ///< learns of every task that is made; null: nobody does
        std::uint32_t open_tasks = 1000;   ///< of one device, at most
    };
    explicit PgJobs(Parts parts) : parts_{parts} {}

    base::Awaitable<domain::Job> add(domain::JobOrder order, std::vector<domain::DeviceKey> devices) override;
    base::Awaitable<std::optional<domain::Job>> retry(std::int64_t id, std::string by) override;
    base::Awaitable<std::vector<domain::Job>> list(domain::JobQuery query) override;
    base::Awaitable<std::optional<domain::Job>> find(std::int64_t id) override;
    base::Awaitable<std::vector<domain::JobFault>> faults(std::int64_t id) override;
    base::Awaitable<std::vector<domain::TaskRow>> tasks(domain::JobTaskQuery query) override;
    base::Awaitable<std::optional<domain::Job>> change(std::int64_t id, domain::JobState state) override;

    base::Awaitable<std::vector<domain::JobTurn>> turns(unsigned node) override;
    base::Awaitable<std::vector<domain::FleetDevice>> named(std::int64_t id, domain::DeviceKey after,
                                                            unsigned limit) override;
    base::Awaitable<domain::JobProgress> advance(domain::JobTurn turn, domain::JobStep step, unsigned node) override;
    base::Awaitable<std::vector<domain::JobReview>> reviews() override;
    base::Awaitable<void> stop(std::int64_t id, std::string why) override;
    base::Awaitable<void> finish(std::int64_t id) override;
    base::Awaitable<std::uint64_t> cancel_tasks(unsigned limit) override;
    base::Awaitable<void> note_wakes(std::int64_t id, std::uint64_t reached, std::uint64_t unreached) override;

private:
    Parts parts_;
};

}  // namespace storage
