// What a runner does with jobs: turns, steps, reviews.
#include "domain/tag.hpp"
#include "storage/array_text.hpp"
#include "storage/event_sql.hpp"
#include "storage/job_rows.hpp"
#include "storage/pg_jobs.hpp"
#include "storage/rule_marks.hpp"
#include "storage/task_columns.hpp"

#include <pqxx/pqxx>

#include <utility>
#include <variant>

namespace storage {

namespace {

#define OPEN_STATES "('queued', 'sent', 'waiting', 'unknown')"
// Up to when the rate of a job is used up; what is not used for a minute is lost.
#define RATE_USED_UNTIL "greatest(stepped_at, not_before, now() - interval '1 minute')"

// A node that holds a job keeps it; one that is silent for so long has lost it. Those that had no turn for longest come
// first, so that many jobs that may not go on just now do not keep the others from theirs.
constexpr Statement take_turns{
    "take_job_turns",
    "WITH due AS (SELECT job_id FROM job WHERE tasks IS NULL AND state = 'running' AND NOT is_walked"
    " AND (not_before IS NULL OR not_before <= now()) AND (held_by = $1 OR held_until <= now())"
    " AND per_minute * extract(epoch FROM now() - " RATE_USED_UNTIL
    ") >= 60 ORDER BY held_until, job_id LIMIT 100 FOR UPDATE SKIP LOCKED)"
    " UPDATE job j SET held_by = $1, held_until = now() + interval '30 s' FROM due WHERE j.job_id = due.job_id"
    " RETURNING j.job_id, j.condition, j.part, j.is_list, j.wakes OR j.kind = 'wake',"
    " coalesce(j.expires_at <= now(), false), j.position,"
    " least(floor(j.per_minute * extract(epoch FROM now() - " RATE_USED_UNTIL ") / 60), 1000,"
    " CASE WHEN j.at_once IS NOT NULL THEN greatest(0, j.at_once - (SELECT count(*) " ACS_TASKS_OF_JOB
    " AND t.state IN " OPEN_STATES ")) END)::integer"};
constexpr Statement named_devices{"named_job_devices",
                                  "SELECT l.device_id, coalesce(d.state, 'rejected') FROM job_device l LEFT JOIN"
                                  " device d ON d.device_id = l.device_id WHERE l.job_id = $1 AND l.device_id > $2"
                                  " ORDER BY l.device_id LIMIT $3"};
// The rate is used up by as much as there were devices.
constexpr Statement advance_job{
    "advance_job",
    "UPDATE job SET position = $4, is_walked = $5, seen = seen + $6 + $7, skipped_state = skipped_state + $7,"
    " stopped = $8, stepped_at = " RATE_USED_UNTIL " + ($6 + $7) * interval '1 minute' / per_minute,"
    " held_until = now() + interval '30 s'"
    " WHERE job_id = $1 AND position = $3 AND state = 'running' AND NOT is_walked AND held_by = $2"
    " RETURNING kind, arguments"};
constexpr Statement count_job_devices{
    "count_job_devices", "UPDATE job SET ordered = ordered + $2, skipped_full = skipped_full + $3 WHERE job_id = $1"};
constexpr Statement make_job_tasks{
    "make_job_tasks",
    "WITH made AS (INSERT INTO task (device_id, task_id, kind, priority, not_before, expires_at, origin, arguments,"
    " window_start, window_end) SELECT u.device_id, u.task_id, j.kind, 9, greatest(j.not_before, now()), j.expires_at,"
    " 'job:' || j.job_id, u.arguments::jsonb, j.window_start, j.window_end"
    " FROM unnest($2::bigint[], $3::bigint[], $4::text[]) u (device_id, task_id, arguments) JOIN job j ON j.job_id = $1"
    " WHERE (SELECT count(*) FROM task o WHERE o.device_id = u.device_id AND o.state IN " OPEN_STATES ") < $5"
    " RETURNING device_id, task_id, window_start, window_end)"
    " SELECT m.device_id, m.task_id, j.wakes AND CASE WHEN m.window_start IS NULL THEN true"
    " WHEN m.window_start <= m.window_end THEN c.now >= m.window_start AND c.now < m.window_end"
    " ELSE c.now >= m.window_start OR c.now < m.window_end END FROM made m JOIN job j ON j.job_id = $1"
    " JOIN device d ON d.device_id = m.device_id"
    " CROSS JOIN LATERAL (SELECT device_clock(d.time_zone)::time AS now) c"};
constexpr Statement put_tags{
    "put_job_tags",
    "UPDATE device d SET tags = n.tags FROM (SELECT o.device_id, ARRAY(SELECT DISTINCT x COLLATE \"C\" FROM"
    " unnest(o.tags || $2::text[]) x ORDER BY 1) AS tags FROM device o WHERE o.device_id = ANY ($1::bigint[])"
    " AND NOT o.tags @> $2::text[] ORDER BY o.device_id FOR UPDATE) n WHERE d.device_id = n.device_id"
    " AND cardinality(n.tags) <= $3 RETURNING d.device_id"};
constexpr Statement take_tags{
    "take_job_tags", "UPDATE device d SET tags = n.tags FROM (SELECT o.device_id, ARRAY(SELECT x FROM unnest(o.tags) x"
                     " WHERE x <> ALL ($2::text[])) AS tags FROM device o WHERE o.device_id = ANY ($1::bigint[])"
                     " AND o.tags && $2::text[] ORDER BY o.device_id FOR UPDATE) n WHERE d.device_id = n.device_id "
                     "RETURNING d.device_id"};
constexpr Statement have_tags{"have_job_tags", "SELECT count(*) FROM device WHERE device_id = ANY ($1::bigint[])"
                                               " AND tags @> $2::text[]"};
// Whoever takes a job to look at it makes it not due for the others. Its tasks are counted each time: the more there
// are, the more seldom.
constexpr Statement take_reviews{
    "take_job_reviews",
    "WITH due AS (SELECT job_id FROM job WHERE tasks IS NULL AND state <> 'paused'"
    " AND reviewed_at <= now() - make_interval(secs => greatest($1::float8, ordered / 30000.0))"
    " ORDER BY reviewed_at LIMIT 100 FOR UPDATE SKIP LOCKED)"
    " UPDATE job j SET reviewed_at = now() FROM due WHERE j.job_id = due.job_id RETURNING j.job_id, j.state,"
    " j.is_walked, j.most_failed, " ACS_COUNTS_OF_JOB "::text, j.former_ended, j.former_failed"};
constexpr Statement stop_job{"stop_job",
                             "UPDATE job SET state = 'paused', stopped = $2 WHERE job_id = $1 AND state = 'running'"};
constexpr Statement finish_job{
    "finish_job", "UPDATE job j SET state = CASE WHEN j.state = 'cancelled' THEN j.state ELSE 'done' END,"
                  " tasks = " ACS_COUNTS_OF_JOB ", ended_at = coalesce(j.ended_at, now()) WHERE j.job_id = $1"
                  " AND (j.state = 'cancelled' OR j.state = 'running' AND j.is_walked) AND j.tasks IS NULL"
                  " AND NOT EXISTS (SELECT " ACS_TASKS_OF_JOB " AND t.state IN " OPEN_STATES ")"};
constexpr Statement forget_devices{"forget_job_devices",
                                   "DELETE FROM job_device l USING job j WHERE l.job_id = $1 AND j.job_id = $1"
                                   " AND j.tasks IS NOT NULL"};
constexpr Statement cancel_job_tasks{
    "cancel_job_tasks",
    "WITH ended AS (UPDATE task t SET state = 'cancelled', updated = now(), fault_text = 'the job was cancelled' FROM "
    "(SELECT"
    " t.device_id, t.task_id FROM job j CROSS JOIN LATERAL (SELECT t.device_id, t.task_id " ACS_TASKS_OF_JOB
    " AND t.state = 'queued' ORDER BY t.task_id LIMIT $1 FOR UPDATE SKIP LOCKED) t WHERE j.tasks IS NULL"
    " AND j.state = 'cancelled' LIMIT $1) q WHERE t.device_id = q.device_id AND t.task_id = q.task_id"
    " AND t.state = 'queued' RETURNING " ACS_ENDED_TASK("t") "), told AS (" ACS_TASK_EVENTS(
        "ended") ")"
                 " SELECT 1 FROM ended"};
constexpr Statement note_job_wakes{
    "note_job_wakes", "UPDATE job SET reached = reached + $2, unreached = unreached + $3 WHERE job_id = $1"};

#undef OPEN_STATES
#undef RATE_USED_UNTIL

constexpr double review_seconds = 3;  ///< between two looks at how the tasks of a job fare

std::string keys_text(std::vector<domain::DeviceKey> const& devices)
{
    ArrayText keys;
    for (auto const device : devices)
        keys.add(device.value());
    return keys.finish();
}

domain::JobTurn turn_of(pqxx::row const& row)
{
    domain::JobTurn turn;
    turn.id = row[0].as<std::int64_t>();
    turn.where = row[1].c_str();
    turn.part = row[2].c_str();
    turn.is_list = row[3].as<bool>();
    turn.wakes = row[4].as<bool>();
    turn.has_expired = row[5].as<bool>();
    turn.position = domain::DeviceKey{row[6].as<std::int64_t>()};
    turn.devices = row[7].as<std::uint32_t>();
    return turn;
}

domain::JobReview review_of(pqxx::row const& row)
{
    return {row[0].as<std::int64_t>(),
            domain::job_state(row[1].c_str()).value_or(domain::JobState::running),
            row[2].as<bool>(),
            row[3].as<std::uint32_t>(),
            counts_of({row[4].c_str(), row[4].size()}),
            row[5].as<std::uint64_t>(),
            row[6].as<std::uint64_t>()};
}

/// What was done in a step, beside JobProgress.
struct Done {
    domain::JobProgress progress;
    std::vector<std::pair<domain::DeviceKey, domain::TaskId>> tasks;
};

/// Does the work of one job to some devices, in the transaction that moves the job on.
class Doing {
public:
    Doing(Transaction& transaction, PgJobs::Parts const& parts, std::int64_t job,
          std::vector<domain::DeviceKey> const& devices)
        : transaction_{transaction}, parts_{parts}, job_{job}, devices_{devices}
    {
    }

    Done operator()(domain::TaskArguments const& arguments) const
    {
        ArrayText tasks, texts;
        for (auto const device : devices_) {
            tasks.add(parts_.ids.next());
            texts.add(std::string_view{arguments_text(parts_.sealer, device, arguments)});
        }
        Done done;
        for (auto const& row : transaction_.exec(make_job_tasks, job_, keys_text(devices_), tasks.finish(),
                                                 texts.finish(), static_cast<int>(parts_.open_tasks))) {
            domain::DeviceKey const device{row[0].as<std::int64_t>()};
            done.tasks.emplace_back(device, domain::TaskId{row[1].as<std::int64_t>()});
            if (row[2].as<bool>())
                done.progress.to_wake.push_back(device);
        }
        done.progress.ordered = done.tasks.size();
        done.progress.full = devices_.size() - done.tasks.size();
        return done;
    }
    Done operator()(domain::TagWork const& work) const
    {
        auto const keys = keys_text(devices_);
        auto const tags = array_text(work.tags);
        lock_contacts(transaction_, devices_);
        auto const rows = work.is_removal
                              ? transaction_.exec(take_tags, keys, tags)
                              : transaction_.exec(put_tags, keys, tags, static_cast<int>(domain::most_tags));
        std::vector<domain::DeviceKey> changed;
        for (auto const& row : rows)
            changed.emplace_back(row[0].as<std::int64_t>());
        mark_for_rules(transaction_, changed);
        Done done;
        done.progress.ordered = changed.size();
        if (!work.is_removal)
            done.progress.full =
                devices_.size() - transaction_.exec(have_tags, keys, tags).front()[0].as<std::uint64_t>();
        return done;
    }
    Done operator()(domain::WakeWork const&) const
    {
        Done done;
        done.progress.ordered = devices_.size();
        done.progress.to_wake = devices_;
        return done;
    }

private:
    Transaction& transaction_;
    PgJobs::Parts const& parts_;
    std::int64_t job_;
    std::vector<domain::DeviceKey> const& devices_;
};

}  // namespace

base::Awaitable<std::vector<domain::JobTurn>> PgJobs::turns(unsigned node)
{
    auto work = [node](Transaction& transaction) {
        std::vector<domain::JobTurn> turns;
        for (auto const& row : transaction.exec(take_turns, static_cast<int>(node)))
            turns.push_back(turn_of(row));
        std::erase_if(turns, [](domain::JobTurn const& turn) { return turn.devices == 0 && !turn.has_expired; });
        return turns;
    };
    co_return co_await parts_.writes.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::vector<domain::FleetDevice>> PgJobs::named(std::int64_t id, domain::DeviceKey after,
                                                                unsigned limit)
{
    auto work = [id, after, limit](Transaction& transaction) {
        std::vector<domain::FleetDevice> devices;
        for (auto const& row : transaction.exec(named_devices, id, after.value(), limit))
            devices.push_back({domain::DeviceKey{row[0].as<std::int64_t>()},
                               domain::device_state(row[1].c_str()).value_or(domain::DeviceState::pending)});
        return devices;
    };
    co_return co_await parts_.writes.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<domain::JobProgress> PgJobs::advance(domain::JobTurn turn, domain::JobStep step, unsigned node)
{
    auto work = [this, turn = std::move(turn), step = std::move(step), node](Transaction& transaction) {
        auto const rows =
            transaction.exec(advance_job, turn.id, static_cast<int>(node), turn.position.value(), step.position.value(),
                             step.is_last, static_cast<std::int64_t>(step.devices.size()),
                             static_cast<std::int64_t>(step.skipped), storable(step.stopped));
        if (rows.empty())
            return Done{};
        Done done;
        if (!step.devices.empty()) {
            auto const what = opened_work(parts_.sealer, turn.id, rows.front()[0].c_str(), rows.front()[1].c_str());
            done = std::visit(Doing{transaction, parts_, turn.id, step.devices}, what);
            transaction.exec(count_job_devices, turn.id, static_cast<std::int64_t>(done.progress.ordered),
                             static_cast<std::int64_t>(done.progress.full));
        }
        done.progress.is_taken = true;
        return done;
    };
    auto const done = co_await parts_.writes.run(std::move(work));
    if (parts_.news != nullptr)
        for (auto const& [device, task] : done.tasks)
            parts_.news->announce(device, task, false);
    co_return done.progress;
}

base::Awaitable<std::vector<domain::JobReview>> PgJobs::reviews()
{
    auto work = [](Transaction& transaction) {
        std::vector<domain::JobReview> reviews;
        for (auto const& row : transaction.exec(take_reviews, review_seconds))
            reviews.push_back(review_of(row));
        return reviews;
    };
    co_return co_await parts_.writes.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<void> PgJobs::stop(std::int64_t id, std::string why)
{
    auto work = [id, why = storable(why)](Transaction& transaction) { transaction.exec(stop_job, id, why); };
    co_await parts_.writes.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<void> PgJobs::finish(std::int64_t id)
{
    auto work = [id](Transaction& transaction) {
        transaction.exec(finish_job, id);
        transaction.exec(forget_devices, id);
    };
    co_await parts_.writes.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::uint64_t> PgJobs::cancel_tasks(unsigned limit)
{
    auto work = [limit](Transaction& transaction) {
        return static_cast<std::uint64_t>(transaction.exec(cancel_job_tasks, limit).affected_rows());
    };
    co_return co_await parts_.writes.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<void> PgJobs::note_wakes(std::int64_t id, std::uint64_t reached, std::uint64_t unreached)
{
    auto work = [id, reached, unreached](Transaction& transaction) {
        transaction.exec(note_job_wakes, id, static_cast<std::int64_t>(reached), static_cast<std::int64_t>(unreached));
    };
    co_await parts_.writes.run(std::move(work));
}

}  // namespace storage
