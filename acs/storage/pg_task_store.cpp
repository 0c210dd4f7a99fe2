#include "storage/pg_task_store.hpp"

#include "base/log.hpp"
#include "storage/array_text.hpp"
#include "storage/event_sql.hpp"
#include "storage/sealed_json.hpp"
#include "storage/task_columns.hpp"

#include <stdexcept>

namespace storage {

namespace {

// The time of day of a window counts in the device's time zone; only tasks that have one pay for looking it up.
constexpr Statement read_open_tasks{
    "open_tasks", "WITH expired AS (UPDATE task t SET state = 'expired', updated = now() FROM unnest($1::bigint[]) u "
                  "(device_id)"
                  " WHERE t.device_id = u.device_id AND t.state = 'queued' AND t.expires_at <= now() "
                  "RETURNING " ACS_ENDED_TASK("t") "), told AS (" ACS_TASK_EVENTS(
                      "expired") ")"
                                 " SELECT u.n, t.device_id, t.task_id, t.kind, t.state, t.priority, t.created, "
                                 "t.not_before, t.expires_at, "
                                 "t.deadline,"
                                 " t.sent_at, t.attempts, t.command_key, t.progress, t.origin, t.arguments, "
                                 "t.window_start, "
                                 "t.window_end,"
                                 " CASE WHEN t.window_end IS NOT NULL THEN (SELECT now() + (CASE WHEN clock.now::time "
                                 "< t.window_end"
                                 " THEN clock.now::date ELSE clock.now::date + 1 END + t.window_end - clock.now)"
                                 " FROM (SELECT device_clock(d.time_zone) AS now FROM device d WHERE d.device_id = "
                                 "t.device_id) clock) END"
                                 " FROM unnest($1::bigint[]) WITH ORDINALITY u (device_id, n) CROSS JOIN LATERAL "
                                 "(SELECT * FROM task t"
                                 " WHERE t.device_id = u.device_id AND t.state IN ('queued', 'sent', 'waiting', "
                                 "'unknown')"
                                 " AND (t.state <> 'queued' OR t.not_before <= now() AND (t.expires_at IS NULL OR "
                                 "t.expires_at > now())"
                                 " AND CASE WHEN t.window_start IS NULL OR t.window_end IS NULL THEN true ELSE (SELECT"
                                 " CASE WHEN t.window_start <= t.window_end THEN clock.now >= t.window_start AND "
                                 "clock.now < t.window_end"
                                 " ELSE clock.now >= t.window_start OR clock.now < t.window_end END"
                                 " FROM (SELECT device_clock(d.time_zone)::time AS now FROM device d"
                                 " WHERE d.device_id = t.device_id) clock) END)"
                                 " ORDER BY t.priority, t.task_id LIMIT 64) t"};

// The fence locks the row of the newest session: an Inform that is being committed waits for us, or we see its epoch.
#define UPDATE_TASKS(returning)                                                                                        \
    "WITH fence AS MATERIALIZED (SELECT u.* FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], "        \
    "$5::integer[],"                                                                                                   \
    " $6::text[], $7::text[], $8::text[], $9::integer[], $10::text[], $11::timestamptz[], $12::timestamptz[])"         \
    " WITH ORDINALITY u (device_id, task_id, epoch, state, attempts, command_key, progress, result, fault_code, "      \
    "fault_text,"                                                                                                      \
    " not_before, deadline, n) JOIN device_contact c ON c.device_id = u.device_id WHERE c.session_epoch = u.epoch"     \
    " FOR NO KEY UPDATE OF c),"                                                                                        \
    " changed AS (UPDATE task t SET state = f.state, attempts = f.attempts, command_key = f.command_key, progress = "  \
    "f.progress::jsonb,"                                                                                               \
    " result = coalesce(f.result::jsonb, t.result), fault_code = f.fault_code, fault_text = f.fault_text,"             \
    " not_before = coalesce(f.not_before, t.not_before), deadline = f.deadline, updated = now(),"                      \
    " sent_at = CASE WHEN f.state = 'sent' THEN now() ELSE t.sent_at END"                                              \
    " FROM fence f WHERE t.device_id = f.device_id AND t.task_id = f.task_id"                                          \
    " AND (t.state IN ('queued', 'sent', 'waiting', 'unknown') OR t.state = f.state) RETURNING " returning ")"

constexpr Statement update_tasks{"update_task", UPDATE_TASKS("f.n") " SELECT n FROM changed"};

// For a batch in which some end. A statement that is sent again finds them ended, and tells nothing twice.
constexpr Statement end_tasks{
    "end_task",
    UPDATE_TASKS("f.n, " ACS_ENDED_TASK("t")) ", told AS (" ACS_TASK_EVENTS(
        "(SELECT * FROM changed n WHERE n.state IN ('done', 'failed', 'cancelled', 'expired') AND (SELECT o.state"
        " FROM task o WHERE o.device_id = n.device_id AND o.task_id = n.task_id) IN ('queued', 'sent', 'waiting',"
        " 'unknown'))") ") SELECT n FROM changed"};

#undef UPDATE_TASKS

constexpr Statement insert_tasks{
    "add_task",
    "INSERT INTO task AS t (device_id, task_id, kind, priority, created, not_before, expires_at, origin, arguments, "
    "progress,"
    " is_single) SELECT device_id, task_id, kind, priority, created, not_before, expires_at, origin, arguments::jsonb,"
    " progress::jsonb, true FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::integer[], $5::timestamptz[],"
    " $6::timestamptz[], $7::timestamptz[], $8::text[], $9::text[], $10::text[])"
    " u (device_id, task_id, kind, priority, created, not_before, expires_at, origin, arguments, progress)"
    " ON CONFLICT (device_id, kind, origin) WHERE is_single AND state IN ('queued', 'sent', 'waiting', 'unknown')"
    " DO UPDATE SET updated = now(), priority = least(t.priority, EXCLUDED.priority),"
    " not_before = least(t.not_before, EXCLUDED.not_before),"
    " arguments = CASE WHEN t.kind <> 'refresh' OR coalesce(t.arguments->'paths', '[]') = '[]' THEN t.arguments"
    " WHEN coalesce(EXCLUDED.arguments->'paths', '[]') = '[]' THEN jsonb_set(t.arguments, '{paths}', '[]')"
    " ELSE jsonb_set(t.arguments, '{paths}', (SELECT jsonb_agg(DISTINCT p)"
    " FROM jsonb_array_elements((t.arguments->'paths') || (EXCLUDED.arguments->'paths')) p)) END RETURNING t.task_id"};

void add_optional_time(ArrayText& array, std::optional<base::TimePoint> time)
{
    time ? array.add(*time) : array.add_null();
}

void add_json(ArrayText& array, std::string const& json)
{
    json.empty() ? array.add_null() : array.add(std::string_view{json});
}

/// One array for each column of a batch of updates.
class UpdateColumns {
public:
    void add(domain::TaskUpdate const& change)
    {
        devices_.add(change.device.value());
        tasks_.add(change.id.value());
        epochs_.add(change.epoch);
        states_.add(domain::to_text(change.state));
        has_ended_ = has_ended_ || domain::is_final(change.state);
        attempts_.add(std::int64_t{change.attempts});
        command_keys_.add(std::string_view{change.command_key});
        add_json(progress_, change.progress);
        add_json(results_, change.result);
        change.fault_code ? fault_codes_.add(std::int64_t{*change.fault_code}) : fault_codes_.add_null();
        fault_texts_.add(shortened(change.fault_text, 1024));
        add_optional_time(not_before_, change.not_before);
        add_optional_time(deadlines_, change.deadline);
    }

    pqxx::result send(pqxx::transaction_base& transaction)
    {
        return exec(transaction, has_ended_ ? end_tasks : update_tasks, devices_.finish(), tasks_.finish(),
                    epochs_.finish(), states_.finish(), attempts_.finish(), command_keys_.finish(), progress_.finish(),
                    results_.finish(), fault_codes_.finish(), fault_texts_.finish(), not_before_.finish(),
                    deadlines_.finish());
    }

private:
    ArrayText devices_, tasks_, epochs_, states_, attempts_, command_keys_, progress_, results_, fault_codes_,
        fault_texts_, not_before_, deadlines_;
    bool has_ended_ = false;
};

/// One task that cannot be read must not keep the device from its others.
void take_task(pqxx::row const& row, OpenTasksRequest& asked)
{
    try {
        auto task = read_task(row, 1, *asked.question.sealer);
        if (auto const closes = row[1 + task_column_count]; !closes.is_null())
            task.window_closes = parse_time(text_of(closes));
        asked.answer.push_back(std::move(task));
    } catch (std::runtime_error const& problem) {
        base::log::error("storage.task", {{"device_key", asked.question.device}, {"reason", problem.what()}});
    }
}

}  // namespace

void OpenTasksKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    ArrayText devices;
    for (auto const& item : items) {
        devices.add(request<OpenTasksRequest>(item).question.device);
        request<OpenTasksRequest>(item).answer.clear();
    }
    for (auto const& row : exec(transaction, read_open_tasks, devices.finish()))
        take_task(row, request<OpenTasksRequest>(items[row[0].as<std::size_t>() - 1]));
}

void TaskUpdateKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    UpdateColumns columns;
    for (auto const& item : items) {
        columns.add(request<TaskUpdateRequest>(item).question);
        request<TaskUpdateRequest>(item).answer = false;
    }
    for (auto const& row : columns.send(transaction))
        request<TaskUpdateRequest>(items[row[0].as<std::size_t>() - 1]).answer = true;
}

std::vector<domain::TaskId> add_tasks(pqxx::transaction_base& transaction,
                                      std::span<AddTaskQuestion const* const> tasks)
{
    ArrayText devices, ids, kinds, priorities, created, not_before, expires, origins, arguments, progress;
    for (auto const* const each : tasks) {
        auto const& [task, text] = *each;
        devices.add(task.device.value());
        ids.add(task.id.value());
        kinds.add(domain::kind_of(task.arguments));
        priorities.add(std::int64_t{static_cast<std::uint8_t>(task.priority)});
        created.add(task.created);
        not_before.add(task.not_before);
        add_optional_time(expires, task.expires_at);
        origins.add(std::string_view{task.origin});
        arguments.add(std::string_view{text});
        add_json(progress, task.progress);
    }
    std::vector<domain::TaskId> kept;
    for (auto const& row : exec(transaction, insert_tasks, devices.finish(), ids.finish(), kinds.finish(),
                                priorities.finish(), created.finish(), not_before.finish(), expires.finish(),
                                origins.finish(), arguments.finish(), progress.finish()))
        kept.emplace_back(row[0].as<std::int64_t>());
    return kept;
}

void AddTaskKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    std::vector<AddTaskQuestion const*> tasks;
    for (auto const& item : items)
        tasks.push_back(&request<AddTaskRequest>(item).question);
    static_cast<void>(add_tasks(transaction, tasks));
}

PgTaskStore::PgTaskStore(SessionParts parts) : parts_{parts}
{
    parts_.queue.add(open_);
    parts_.queue.add(updates_);
    parts_.queue.add(adds_);
}

base::Awaitable<std::vector<domain::Task>> PgTaskStore::open_tasks(domain::DeviceKey device)
{
    auto const asked = std::make_shared<OpenTasksRequest>(OpenTasksQuestion{device.value(), &parts_.sealer});
    asked->key = device.value();
    co_return co_await parts_.queue.ask(open_, asked);
}

base::Awaitable<bool> PgTaskStore::update(domain::TaskUpdate change)
{
    auto const place = task_place(change.device);
    change.progress = sealed_text(parts_.sealer, place, change.progress);
    change.result = sealed_text(parts_.sealer, place, change.result);
    auto const key = change.device.value();
    auto const asked = std::make_shared<TaskUpdateRequest>(std::move(change));
    asked->key = key;
    co_return co_await parts_.queue.ask(updates_, asked);
}

base::Awaitable<void> PgTaskStore::add(domain::Task task)
{
    if (task.id.value() == 0)
        task.id = domain::TaskId{parts_.ids.next()};
    if (task.created == base::TimePoint{})
        task.created = parts_.clock.now();
    task.progress = sealed_text(parts_.sealer, task_place(task.device), task.progress);
    auto arguments = arguments_text(parts_.sealer, task.device, task.arguments);
    auto const key = task.device.value();
    auto const asked = std::make_shared<AddTaskRequest>(AddTaskQuestion{std::move(task), std::move(arguments)});
    asked->key = key;
    co_await parts_.queue.ask(adds_, asked);
}

}  // namespace storage
