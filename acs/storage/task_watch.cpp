#include "storage/task_watch.hpp"

#include "base/log.hpp"
#include "storage/array_text.hpp"

#include <pqxx/pqxx>

#include <algorithm>

namespace storage {

namespace {

constexpr int most_at_once = 10'000;  ///< tasks read in one look; the rest follow in the next

/// Ids hold the milliseconds of their making above bit 22 (IdSource).
constexpr int bits_below_time = 22;

constexpr Statement newest_task{"newest_task", "SELECT coalesce(max(task_id), 0) FROM task"};
constexpr Statement new_tasks{"new_tasks", "SELECT task_id, device_id, priority FROM task WHERE task_id > $1"
                                           " AND state = 'queued' AND NOT is_single ORDER BY task_id LIMIT $2"};

}  // namespace

TaskWatch::TaskWatch(TaskWatchSettings settings, domain::TaskNews& news) : settings_{std::move(settings)}, news_{news}
{
    settings_.connection.application_name = "acs task watch";
}

TaskWatch::~TaskWatch()
{
    stop();
}

void TaskWatch::start()
{
    thread_ = std::thread{[this] { loop(); }};
}

void TaskWatch::stop()
{
    {
        std::lock_guard const lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable())
        thread_.join();
}

void TaskWatch::loop()
{
    bool failed = false;
    std::unique_lock lock{mutex_};
    while (!stopping_) {
        lock.unlock();
        try {
            look();
            failed = false;
        } catch (std::exception const& problem) {
            connection_.reset();
            if (!std::exchange(failed, true))
                base::log::warning("storage.task_watch", {{"reason", problem.what()}});
        }
        lock.lock();
        wake_.wait_for(lock, settings_.interval, [this] { return stopping_; });
    }
}

void TaskWatch::look()
{
    if (!connection_)
        connection_ = connect(settings_.connection);
    pqxx::nontransaction work{*connection_};
    if (from_ < 0)
        from_ = newest_ = exec(work, newest_task).front()[0].as<std::int64_t>();
    auto const rows = exec(work, new_tasks, from_, most_at_once);
    for (auto const& row : rows) {
        auto const id = row[0].as<std::int64_t>();
        news_.announce(domain::DeviceKey{row[1].as<std::int64_t>()}, domain::TaskId{id}, row[2].as<int>() == 0);
        newest_ = std::max(newest_, id);
        from_ = id;
    }
    // Another node's clock may be behind ours: what it makes now has a smaller id than what we have seen.
    auto const overlap = std::chrono::milliseconds{settings_.overlap}.count() << bits_below_time;
    if (static_cast<int>(rows.size()) < most_at_once)
        from_ = std::max<std::int64_t>(newest_ - overlap, 0);
}

}  // namespace storage
