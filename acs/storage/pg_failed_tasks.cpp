#include "storage/pg_failed_tasks.hpp"

#include "domain/task.hpp"

#include <cstdint>
#include <optional>

namespace storage {

namespace {

constexpr Statement retry_task{
    "retry_task", "UPDATE task SET state = 'queued', attempts = 0, is_single = false, updated = now(),"
                  " not_before = now(), expires_at = CASE WHEN expires_at > now() THEN expires_at END, deadline = NULL,"
                  " sent_at = NULL, command_key = '', progress = NULL, result = NULL, fault_code = NULL,"
                  " fault_text = '' WHERE task_id = $1 AND state = 'failed' RETURNING device_id, priority"};
constexpr Statement remove_task{"remove_failed_task",
                                "DELETE FROM task WHERE task_id = $1 AND state = 'failed' RETURNING device_id"};

struct Retried {
    domain::DeviceKey device;
    bool is_for_a_person = false;
};

}  // namespace

base::Awaitable<bool> PgFailedTasks::retry(domain::TaskId id)
{
    auto work = [id](Transaction& transaction) -> std::optional<Retried> {
        auto const rows = transaction.exec(retry_task, id.value());
        if (rows.empty())
            return std::nullopt;
        bool const is_for_a_person = rows[0][1].as<int>() == static_cast<int>(domain::Priority::person);
        return Retried{domain::DeviceKey{rows[0][0].as<std::int64_t>()}, is_for_a_person};
    };
    auto const retried = co_await writes_.run(std::move(work));
    if (retried && news_ != nullptr)
        news_->announce(retried->device, id, retried->is_for_a_person);
    co_return retried.has_value();
}

base::Awaitable<bool> PgFailedTasks::remove(domain::TaskId id)
{
    auto work = [id](Transaction& transaction) { return !transaction.exec(remove_task, id.value()).empty(); };
    co_return co_await writes_.run(std::move(work));
}

}  // namespace storage
