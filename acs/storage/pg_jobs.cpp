// Jobs as people order and see them; pg_job_steps.cpp has what a runner does.
#include "storage/pg_jobs.hpp"

#include "storage/array_text.hpp"
#include "storage/job_rows.hpp"
#include "storage/task_rows.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

namespace storage {

namespace {

constexpr Statement next_job_id{"next_job_id", "SELECT nextval(pg_get_serial_sequence('public.job', 'job_id'))"};
constexpr Statement add_job{
    "add_job",
    "INSERT INTO job (job_id, name, kind, arguments, condition, group_name, part, is_list, per_minute, at_once,"
    " not_before, expires_at, window_start, window_end, wakes, most_failed, total, made_by, retry_of)"
    " OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10::integer, $11::timestamptz,"
    " $12::timestamptz, $13::time, $14::time, $15, $16, $17::bigint, $18, $19::bigint)"};
constexpr Statement name_devices{"name_job_devices", "INSERT INTO job_device (job_id, device_id) SELECT $1::bigint, d"
                                                     " FROM unnest($2::bigint[]) d ON CONFLICT DO NOTHING"};
constexpr Statement name_failed_devices{
    "name_failed_job_devices",
    "INSERT INTO job_device (job_id, device_id) SELECT DISTINCT $2::bigint, t.device_id FROM"
    " (VALUES ($1::bigint)) j (job_id) CROSS JOIN LATERAL (SELECT t.device_id, t.state " ACS_TASKS_OF_JOB
    ") t WHERE t.state IN ('failed', 'expired')"};
/// Tasks are kept for a while only, the counts of their job for longer.
constexpr Statement has_failed_tasks{
    "has_failed_job_tasks", "SELECT EXISTS (SELECT FROM (VALUES ($1::bigint)) j (job_id) CROSS JOIN LATERAL (SELECT"
                            " t.task_id " ACS_TASKS_OF_JOB " AND t.state IN ('failed', 'expired') LIMIT 1) t)"};
constexpr Statement find_job{"find_job", ACS_JOB_ROW " WHERE j.job_id = $1"};
constexpr Statement read_arguments{"read_job_arguments", "SELECT kind, arguments FROM job WHERE job_id = $1"};
constexpr Statement list_jobs{"list_jobs", ACS_JOB_ROW
                              " WHERE ($1::bigint = 0 OR j.job_id < $1) AND ($2::text IS NULL OR j.part ="
                              " $2) AND ($3::text IS NULL OR j.state = $3) ORDER BY j.job_id DESC LIMIT $4"};
constexpr Statement job_faults{
    "job_faults",
    "SELECT f.fault_code, f.text, f.n, d.manufacturer, d.oui, d.product_class, d.serial_number FROM (SELECT"
    " t.fault_code, mode() WITHIN GROUP (ORDER BY t.fault_text) AS text, count(*) AS n,"
    " (array_agg(t.device_id ORDER BY t.task_id))[1:3] AS devices FROM (VALUES ($1::bigint)) j (job_id)"
    " CROSS JOIN LATERAL (SELECT t.* " ACS_TASKS_OF_JOB " AND t.state = 'failed') t GROUP BY t.fault_code"
    " ORDER BY count(*) DESC, t.fault_code LIMIT 20) f LEFT JOIN device d ON d.device_id = ANY (f.devices)"
    " ORDER BY f.n DESC, f.fault_code, array_position(f.devices, d.device_id)"};
// Each state has its own piece of the index, in order: a page costs a page, however many tasks there are.
constexpr Statement job_tasks{"job_tasks", ACS_TASK_ROW
                              " FROM (VALUES ($1::bigint)) j (job_id) CROSS JOIN unnest($2::text[]) s (state)"
                              " CROSS JOIN LATERAL (SELECT t.* " ACS_TASKS_OF_JOB " AND t.state = s.state"
                              " AND t.task_id > $3 ORDER BY t.task_id LIMIT $4) t" ACS_TASK_TABLES
                              " ORDER BY t.task_id LIMIT $4"};
// Who resumes a job knows what has failed: only what fails from then on can stop it again.
constexpr Statement change_job{
    "change_job", "UPDATE job j SET state = $2, stopped = '', stepped_at = now(), reviewed_at = now(),"
                  " ended_at = CASE WHEN $2 = 'cancelled' THEN now() END,"
                  " former_ended = (SELECT count(*) " ACS_TASKS_OF_JOB " AND t.state IN ('done', 'failed')),"
                  " former_failed = (SELECT count(*) " ACS_TASKS_OF_JOB " AND t.state = 'failed')"
                  " WHERE j.job_id = $1 AND j.state IN ('running', 'paused') AND j.state <> $2"};

std::optional<std::int64_t> signed_or_null(std::optional<std::uint64_t> number)
{
    if (!number)
        return std::nullopt;
    return static_cast<std::int64_t>(*number);
}

std::optional<int> int_or_null(std::optional<std::uint32_t> number)
{
    if (!number)
        return std::nullopt;
    return static_cast<int>(*number);
}

/// Writes a new job; gives its id.
std::int64_t insert(Transaction& transaction, base::Sealer const& sealer, domain::JobOrder const& order)
{
    auto const id = transaction.exec(next_job_id).front()[0].as<std::int64_t>();
    transaction.exec(
        add_job, id, storable(order.name), std::string{domain::kind_of(order.work)},
        sealed_work(sealer, id, order.work), storable(order.where), storable(order.group), storable(order.part),
        order.is_list, static_cast<int>(order.per_minute), int_or_null(order.at_once), text_or_null(order.not_before),
        text_or_null(order.expires_at), window_text(order.window, &domain::TaskWindow::from),
        window_text(order.window, &domain::TaskWindow::until), order.wakes, static_cast<int>(order.most_failed),
        signed_or_null(order.total), storable(order.by), order.retry_of);
    return id;
}

std::optional<domain::Job> first_job(pqxx::result const& rows)
{
    if (rows.empty())
        return std::nullopt;
    return job_of(rows.front());
}

/// The secrets of its work in clear.
domain::JobOrder order_in_clear(Transaction& transaction, base::Sealer const& sealer, domain::Job job)
{
    auto const row = transaction.exec(read_arguments, job.id).front();
    job.order.work = opened_work(sealer, job.id, row[0].c_str(), row[1].c_str());
    return job.order;
}

std::string states_text(std::optional<domain::TaskState> state)
{
    using enum domain::TaskState;
    ArrayText states;
    for (auto const each : {queued, sent, waiting, unknown, done, failed, cancelled, expired})
        if (!state || *state == each)
            states.add(domain::to_text(each));
    return states.finish();
}

std::vector<domain::JobFault> faults_of(pqxx::result const& rows)
{
    std::vector<domain::JobFault> faults;
    for (auto const& row : rows) {
        std::optional<unsigned> code;
        if (!row[0].is_null())
            code = row[0].as<unsigned>();
        if (faults.empty() || faults.back().code != code)
            faults.push_back({code, row[1].c_str(), row[2].as<std::uint64_t>(), {}});
        if (!row[4].is_null())
            faults.back().examples.push_back({row[3].c_str(), row[4].c_str(), row[5].c_str(), row[6].c_str()});
    }
    return faults;
}

}  // namespace

base::Awaitable<domain::Job> PgJobs::add(domain::JobOrder order, std::vector<domain::DeviceKey> devices)
{
    ArrayText keys;
    for (auto const device : devices)
        keys.add(device.value());
    auto work = [this, order = std::move(order), keys = keys.finish()](Transaction& transaction) {
        auto const id = insert(transaction, parts_.sealer, order);
        if (order.is_list)
            transaction.exec(name_devices, id, keys);
        return job_of(transaction.exec(find_job, id).front());
    };
    co_return co_await parts_.writes.run(std::move(work));
}

base::Awaitable<std::optional<domain::Job>> PgJobs::retry(std::int64_t id, std::string by)
{
    auto work = [this, id, by = std::move(by)](Transaction& transaction) -> std::optional<domain::Job> {
        auto former = first_job(transaction.exec(find_job, id));
        if (!former || !transaction.exec(has_failed_tasks, id).front()[0].as<bool>())
            return std::nullopt;
        auto order = order_in_clear(transaction, parts_.sealer, *std::move(former));
        order.is_list = true;
        order.where.clear();
        order.group.clear();
        order.not_before.reset();
        order.expires_at.reset();
        order.by = by;
        order.retry_of = id;
        auto const made = insert(transaction, parts_.sealer, order);
        auto const devices = transaction.exec(name_failed_devices, id, made).affected_rows();
        transaction.exec(fmt::format("UPDATE job SET total = {} WHERE job_id = {}", devices, made));
        return first_job(transaction.exec(find_job, made));
    };
    co_return co_await parts_.writes.run(std::move(work));
}

base::Awaitable<std::vector<domain::Job>> PgJobs::list(domain::JobQuery query)
{
    std::optional<std::string> state;
    if (query.state)
        state = domain::to_text(*query.state);
    auto work = [query = std::move(query), state](Transaction& transaction) {
        std::vector<domain::Job> jobs;
        for (auto const& row : transaction.exec(list_jobs, query.before, query.part, state, query.limit))
            jobs.push_back(job_of(row));
        return jobs;
    };
    co_return co_await parts_.writes.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::optional<domain::Job>> PgJobs::find(std::int64_t id)
{
    auto work = [id](Transaction& transaction) { return first_job(transaction.exec(find_job, id)); };
    co_return co_await parts_.writes.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::vector<domain::JobFault>> PgJobs::faults(std::int64_t id)
{
    auto work = [id](Transaction& transaction) { return faults_of(transaction.exec(job_faults, id)); };
    co_return co_await parts_.writes.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::vector<domain::TaskRow>> PgJobs::tasks(domain::JobTaskQuery query)
{
    auto work = [query](Transaction& transaction) {
        return readable_tasks(
            transaction.exec(job_tasks, query.job, states_text(query.state), query.after, query.limit));
    };
    co_return co_await parts_.writes.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::optional<domain::Job>> PgJobs::change(std::int64_t id, domain::JobState state)
{
    auto work = [id, state](Transaction& transaction) {
        transaction.exec(change_job, id, std::string{domain::to_text(state)});
        return first_job(transaction.exec(find_job, id));
    };
    co_return co_await parts_.writes.run(std::move(work), InDoubt::repeat);
}

}  // namespace storage
