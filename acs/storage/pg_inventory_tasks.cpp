// The tasks of the inventory: made, listed, cancelled and waited for by people and programs.
#include "storage/array_text.hpp"
#include "storage/event_sql.hpp"
#include "storage/inventory_read.hpp"
#include "storage/pg_inventory.hpp"
#include "storage/task_columns.hpp"
#include "storage/task_rows.hpp"

#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace storage {

namespace {

namespace asio = boost::asio;
using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, base::Executor>;

constexpr std::chrono::milliseconds poll{150};  ///< between two looks at a task that somebody waits for

constexpr Statement insert_task{"insert_task",
                                "WITH t AS (INSERT INTO task (device_id, task_id, kind, priority, created, not_before, "
                                "expires_at, origin, arguments, window_start, window_end)"
                                " VALUES ($1, $2, $3, $4, now(), greatest($5::timestamptz, now()), $6::timestamptz, "
                                "$7, $8::jsonb, $9::time, $10::time) ON CONFLICT DO NOTHING RETURNING *) " ACS_TASK_ROW
                                " FROM t" ACS_TASK_TABLES};
constexpr Statement count_open_tasks{"count_open_tasks", "SELECT count(*) FROM task WHERE device_id = $1"
                                                         " AND state IN ('queued', 'sent', 'waiting', 'unknown')"};
constexpr Statement find_task_row{"find_task_row", ACS_TASK_ROW " FROM task t" ACS_TASK_TABLES " WHERE t.task_id = $1"};
constexpr Statement list_tasks{"list_tasks", ACS_TASK_ROW " FROM task t" ACS_TASK_TABLES
                                                          " WHERE t.task_id > $1 AND ($2::text IS NULL OR t.state = $2)"
                                                          " ORDER BY t.task_id LIMIT $3"};
constexpr Statement list_device_tasks{
    "list_device_tasks", ACS_TASK_ROW
    " FROM task t" ACS_TASK_TABLES " WHERE t.device_id = $4 AND t.task_id > $1 AND ($2::text IS NULL OR t.state = $2)"
    " ORDER BY t.task_id LIMIT $3"};
constexpr Statement cancel_queued_task{
    "cancel_task",
    ACS_END_TASKS("UPDATE task SET state = 'cancelled', updated = now() WHERE task_id = $1 AND state = 'queued'")};

std::optional<domain::TaskRow> first_task(pqxx::result const& rows)
{
    if (rows.empty())
        return std::nullopt;
    return task_row_of(rows.front());
}

}  // namespace

base::Awaitable<domain::TaskRow> PgInventory::add_task(domain::Task task)
{
    if (task.id.value() == 0)
        task.id = domain::TaskId{parts_.ids.next()};
    auto work = [this, task = std::move(task)](Transaction& transaction) {
        auto const arguments = arguments_text(parts_.sealer, task.device, task.arguments);
        auto const rows = transaction.exec(
            insert_task, task.device.value(), task.id.value(), std::string{domain::kind_of(task.arguments)},
            static_cast<int>(task.priority), time_text(task.not_before), text_or_null(task.expires_at),
            storable(task.origin), arguments, window_text(task.window, &domain::TaskWindow::from),
            window_text(task.window, &domain::TaskWindow::until));
        return task_row_of(rows.empty() ? transaction.exec(find_task_row, task.id.value()).front() : rows.front());
    };
    auto row = co_await parts_.writes.run(std::move(work), InDoubt::repeat);
    if (parts_.news != nullptr)
        parts_.news->announce(row.task.device, row.task.id, row.task.priority == domain::Priority::person);
    co_return row;
}

base::Awaitable<std::uint64_t> PgInventory::open_tasks(domain::DeviceKey device)
{
    auto work = [device](Transaction& transaction) {
        return transaction.exec(count_open_tasks, device.value()).front()[0].as<std::uint64_t>();
    };
    co_return co_await parts_.writes.run(std::move(work));
}

base::Awaitable<std::optional<domain::TaskRow>> PgInventory::find_task(domain::TaskId id)
{
    auto work = [id](Transaction& transaction) { return first_task(transaction.exec(find_task_row, id.value())); };
    co_return co_await read(std::move(work));
}

base::Awaitable<std::vector<domain::TaskRow>> PgInventory::tasks(domain::TaskQuery query)
{
    auto work = [query](Transaction& transaction) {
        std::optional<std::string> state;
        if (query.state)
            state = domain::to_text(*query.state);
        auto const rows =
            query.device ? transaction.exec(list_device_tasks, query.after, state, query.limit, query.device->value())
                         : transaction.exec(list_tasks, query.after, state, query.limit);
        return readable_tasks(rows);
    };
    co_return co_await read(std::move(work));
}

base::Awaitable<std::optional<domain::TaskRow>> PgInventory::cancel_task(domain::TaskId id)
{
    auto work = [id](Transaction& transaction) {
        transaction.exec(cancel_queued_task, id.value());
        return first_task(transaction.exec(find_task_row, id.value()));
    };
    co_return co_await parts_.writes.run(std::move(work));
}

base::Awaitable<std::optional<domain::TaskRow>> PgInventory::wait_for_task(domain::TaskId id,
                                                                           std::chrono::milliseconds most)
{
    auto const until = std::chrono::steady_clock::now() + most;
    Timer timer{co_await asio::this_coro::executor};
    for (;;) {
        auto row = co_await find_task(id);
        auto const now = std::chrono::steady_clock::now();
        if (!row || domain::is_final(row->task.state) || now >= until)
            co_return row;
        timer.expires_after(std::min<std::chrono::steady_clock::duration>(poll, until - now));
        co_await timer.async_wait(base::as_tuple);
    }
}

}  // namespace storage
