#pragma once

#include "domain/failed_tasks.hpp"
#include "domain/task_news.hpp"
#include "storage/database.hpp"

namespace storage {

/// Tasks that failed, in PostgreSQL.
class PgFailedTasks final : public domain::FailedTasks {
public:
    /// `writes` and `news`, which learns of every task that runs again, must outlive it.
    PgFailedTasks(Database& writes, domain::TaskNews* news) : writes_{writes}, news_{news} {}

    base::Awaitable<bool> retry(domain::TaskId id) override;
    base::Awaitable<bool> remove(domain::TaskId id) override;

private:
    Database& writes_;
    domain::TaskNews* news_;
};

}  // namespace storage
