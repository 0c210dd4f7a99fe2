#include "storage/chores.hpp"

#include "base/log.hpp"
#include "storage/array_text.hpp"
#include "storage/event_sql.hpp"
#include "storage/login_kinds.hpp"
#include "storage/pg_audit.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

#include <array>
#include <string_view>

namespace storage {

namespace {

using std::chrono::days;
using std::chrono::floor;

constexpr std::int64_t chores_lock = 0x414353'43484f52;  ///< "ACS CHOR": any number that nobody else locks

/// A statement with now as $1 that is run in each round, or once an hour when it reads much.
struct Sweep {
    Statement statement;
    char const* what;
    bool hourly = false;
};

constexpr std::array sweeps{
    Sweep{{"sweep_expired_tasks",
           ACS_END_TASKS("UPDATE task SET state = 'expired', updated = $1, fault_text = 'its time was over "
                         "before the device could do it' WHERE state = 'queued' AND expires_at < $1")},
          "tasks expired"},
    Sweep{{"sweep_overdue_tasks",
           ACS_END_TASKS("UPDATE task SET state = 'failed', updated = $1, fault_text = 'the device accepted it, but no "
                         "result came in time' WHERE state IN ('waiting', 'unknown') AND deadline < $1")},
          "tasks overdue"},
    Sweep{{"sweep_retiring",
           "WITH gone AS (UPDATE device d SET state = 'retired', login_state = 'none', login_until = NULL, retire_by = "
           "NULL, automation_stopped = NULL, automation_stopped_at = NULL WHERE d.state = 'retiring'"
           " AND (d.retire_by < $1 OR d.retire_by IS NOT NULL AND EXISTS (SELECT FROM task t WHERE t.device_id = "
           "d.device_id AND t.kind = 'retire' AND t.state = 'done')) RETURNING d.device_id, d.state, 'retiring' AS "
           "former), told AS (" ACS_STATE_EVENTS("gone") ")," ACS_RETIRE_PARTS " SELECT 1 FROM gone"},
          "devices retired"},
    Sweep{{"sweep_transfers", "DELETE FROM transfer WHERE expires_at < $1::timestamptz - interval '7 days'"},
          "transfers forgotten",
          true},
    Sweep{{"sweep_sessions", "DELETE FROM cwmp_session WHERE suspended_at < $1::timestamptz - interval '1 hour'"},
          "sessions forgotten"},
    Sweep{{"sweep_told", "DELETE FROM open_session WHERE told_at < $1::timestamptz - interval '1 hour'"},
          "open sessions of nodes that are gone forgotten"},
    Sweep{{"sweep_trace_orders", "DELETE FROM trace_order WHERE until < $1 OR sessions <= 0"},
          "devices no longer chosen for traces"},
    Sweep{{"sweep_experience", "DELETE FROM model_experience WHERE seen_at < $1::timestamptz - interval '30 days'"},
          "experiences decayed",
          true},
    Sweep{{"sweep_bindings", "DELETE FROM device_binding WHERE seen < $1::timestamptz - interval '2 days'"},
          "bindings of nodes that are gone forgotten",
          true},
    Sweep{{"sweep_path_budget", "DELETE FROM path_budget WHERE day < ($1::timestamptz AT TIME ZONE 'UTC')::date - 1"},
          "path budgets cleared",
          true},
    Sweep{{"sweep_rule_budgets", "DELETE FROM rule_budget WHERE hour < $1::timestamptz - interval '7 days'"},
          "budgets of rules cleared",
          true},
    Sweep{{"sweep_rule_quarantine",
           "DELETE FROM rule_quarantine q WHERE q.since < $1::timestamptz - interval '30 days'"
           " AND NOT EXISTS (SELECT FROM rule r WHERE r.rule = q.rule AND r.version_id = q.version_id)"},
          "quarantines of old rules forgotten",
          true},
    Sweep{{"sweep_idempotency_keys", "DELETE FROM idempotency_key WHERE at < $1::timestamptz - interval '24 hours'"
                                     " AND lease_until < $1"},
          "idempotency keys forgotten",
          true},
    Sweep{{"sweep_edit_locks", "DELETE FROM edit_lock WHERE until < $1"}, "edits given up", true},
};

constexpr Statement try_lock{"try_chores_lock", "SELECT pg_try_advisory_lock($1)"};
constexpr Statement make_days{"make_partitions", "SELECT make_partitions($1::date, $2)"};
/// What a partition's comment says from the moment on when it is to go: also after it was detached.
constexpr std::string_view going = "no longer kept";

constexpr Statement list_partitions{
    "list_partitions",
    "SELECT c.relname, i.inhrelid IS NOT NULL, coalesce(i.inhdetachpending, false) FROM pg_class c"
    " LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND i.inhparent = to_regclass('public.' || $1)"
    " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname ~ ('^' || $1 || '_[0-9]{8}$')"
    " AND (i.inhrelid IS NOT NULL AND c.relname < $1 || '_' || $2 OR obj_description(c.oid, 'pg_class') = $3)"
    " ORDER BY c.relname"};
constexpr Statement missing_partitions{"missing_partitions",
                                       "SELECT count(*) FROM unnest(ARRAY['event_', 'parameter_sample_', "
                                       "'session_']) n WHERE "
                                       "to_regclass('public.' || n || $1) IS NULL"};
constexpr int old_tasks_at_once = 20'000;  ///< deleted by one statement
constexpr int old_task_statements = 20;    ///< in one round

constexpr Statement drop_old_tasks{"drop_old_tasks",
                                   "DELETE FROM task WHERE (device_id, task_id) IN (SELECT device_id, task_id FROM task"
                                   " WHERE state IN ('done', 'failed', 'cancelled', 'expired')"
                                   " AND updated < $1::timestamptz - make_interval(days => $2) LIMIT $3)"};

// Those that are over have no devices of their own any more.
constexpr Statement drop_old_jobs{"drop_old_jobs", "DELETE FROM job WHERE tasks IS NOT NULL"
                                                   " AND ended_at < $1::timestamptz - make_interval(days => $2)"};

constexpr std::int64_t most_incidents = 1'000'000;  ///< kept; the oldest go first

constexpr Statement drop_incidents{
    "drop_incidents",
    "DELETE FROM incident WHERE last_at < $1::timestamptz - make_interval(days => $2) OR incident_id <="
    " (SELECT incident_id FROM incident ORDER BY incident_id DESC OFFSET $3 LIMIT 1)"};

constexpr Statement drop_traces{
    "drop_traces",
    "DELETE FROM trace t USING (SELECT device_id, session_id, started,"
    " sum(stored) OVER (ORDER BY session_id DESC) AS bytes,"
    " row_number() OVER (PARTITION BY device_id ORDER BY session_id DESC) AS of_device FROM trace) r"
    " WHERE t.device_id = r.device_id AND t.session_id = r.session_id AND (r.bytes > $1 OR r.of_device > $2"
    " OR r.started < $3::timestamptz - make_interval(days => $4))"};

/// A later deadline of its own counts more: somebody said that it may take that long.
constexpr Statement end_tasks_without_answer{
    "end_lost_tasks",
    ACS_END_TASKS(
        "UPDATE task SET state = 'failed', updated = $1, fault_text = 'the device did not come back within ' || "
        "$2::integer || ' days to say what became of it' WHERE state IN ('sent', 'waiting', 'unknown')"
        " AND updated < $1::timestamptz - make_interval(days => $2::integer)"
        " AND (deadline IS NULL OR deadline < $1)")};

/// "20261120", as partitions are named.
std::string day_name(base::TimePoint time)
{
    std::chrono::year_month_day const date{floor<days>(time)};
    return fmt::format("{:04}{:02}{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()));
}

}  // namespace

Chores::Chores(ChoreSettings settings, NodeNumber node, base::Clock const& clock)
    : settings_{std::move(settings)}, node_{std::move(node)}, clock_{clock}
{
    settings_.connection.application_name = "acs chores";
    settings_.connection.statement_timeout = std::chrono::minutes{10};
}

Chores::~Chores()
{
    stop();
    try {
        if (!connection_)
            connection_ = connect(settings_.connection);
        node_.release(*connection_);
    } catch (std::exception const& problem) {
        base::log::warning("chores.release", {{"reason", problem.what()}});  // freed after five minutes all the same
    }
}

void Chores::start()
{
    thread_ = std::thread{[this] { loop(); }};
}

void Chores::stop()
{
    {
        std::lock_guard const lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable())
        thread_.join();
}

void Chores::loop()
{
    std::unique_lock lock{mutex_};
    while (!stopping_) {
        lock.unlock();
        try {
            run_once();
        } catch (std::exception const& problem) {
            base::log::warning("chores.failed", {{"reason", problem.what()}});
            set_status(fmt::format("the chores cannot reach the database: {}", problem.what()));
        }
        lock.lock();
        wake_.wait_for(lock, settings_.interval, [this] { return stopping_; });
    }
}

bool Chores::run_once()
{
    try {
        if (!connection_) {
            leads_ = false;  // the lock went with the old connection
            connection_ = connect(settings_.connection);
        }
        give_sign_of_life(*connection_);
        look_at_promotions(*connection_);  // at once: the sign says that this node knows what is promoted
        if (!leads_) {
            pqxx::nontransaction work{*connection_};
            leads_ = exec(work, try_lock, chores_lock).front()[0].as<bool>();
        }
        if (leads_)
            do_chores(*connection_);
        look_at_tomorrow(*connection_);
        return leads_;
    } catch (...) {
        connection_.reset();
        throw;
    }
}

void Chores::give_sign_of_life(pqxx::connection& connection)
{
    has_number_ = node_.keep(connection);
    if (!has_number_)
        base::log::error("chores.number",
                         {{"node", node_.name()}, {"reason", "another node has this one's number; restart it"}});
}

void Chores::do_chores(pqxx::connection& connection)
{
    make_partitions(connection);
    auto const now = clock_.now();
    bool const is_thorough = now - last_thorough_ >= std::chrono::hours{1} || now < last_thorough_;
    for (auto const& sweep : sweeps) {
        if (sweep.hourly && !is_thorough)
            continue;
        pqxx::nontransaction work{connection};
        if (auto const rows = exec(work, sweep.statement, time_text(now)).affected_rows(); rows > 0)
            base::log::info("chores.swept", {{"what", sweep.what}, {"rows", rows}});
    }
    tell_unended_requests(connection, now);
    tend_promotions(connection, settings_.promotions);
    forget_traces(connection, now);
    if (!is_thorough)
        return;
    end_lost_tasks(connection, now);
    forget_incidents(connection, now);
    drop_partitions(connection, "event", settings_.event_days);
    drop_partitions(connection, "parameter_sample", settings_.sample_days);
    drop_partitions(connection, "session", settings_.session_days);
    forget_old_tasks(connection, now);
    last_thorough_ = now;
}

void Chores::tell_unended_requests(pqxx::connection& connection, base::TimePoint now)
{
    Transaction transaction{connection};
    auto const told = tell_unended(transaction, now);
    transaction.commit();
    if (told > 0)
        base::log::warning("chores.unknown_outcome", {{"requests", told}});
}

void Chores::end_lost_tasks(pqxx::connection& connection, base::TimePoint now)
{
    pqxx::nontransaction work{connection};
    auto const rows = exec(work, end_tasks_without_answer, time_text(now), static_cast<int>(settings_.lost_task_days))
                          .affected_rows();
    if (rows > 0)
        base::log::info("chores.swept", {{"what", "tasks of devices that did not come back"}, {"rows", rows}});
}

void Chores::forget_traces(pqxx::connection& connection, base::TimePoint now)
{
    pqxx::nontransaction work{connection};
    auto const rows =
        exec(work, drop_traces, settings_.trace_bytes, static_cast<std::int64_t>(settings_.traces_per_device),
             time_text(now), static_cast<int>(settings_.trace_days))
            .affected_rows();
    if (rows > 0)
        base::log::info("chores.swept", {{"what", "old traces forgotten"}, {"rows", rows}});
}

void Chores::forget_incidents(pqxx::connection& connection, base::TimePoint now)
{
    pqxx::nontransaction work{connection};
    auto const rows =
        exec(work, drop_incidents, time_text(now), static_cast<int>(settings_.incident_days), most_incidents)
            .affected_rows();
    if (rows > 0)
        base::log::info("chores.swept", {{"what", "old incidents forgotten"}, {"rows", rows}});
}

void Chores::forget_old_tasks(pqxx::connection& connection, base::TimePoint now)
{
    {
        pqxx::nontransaction work{connection};
        exec(work, drop_old_jobs, time_text(now), static_cast<int>(settings_.task_days));
    }
    for (int i = 0; i < old_task_statements; ++i) {
        pqxx::nontransaction work{connection};
        auto const rows =
            exec(work, drop_old_tasks, time_text(now), static_cast<int>(settings_.task_days), old_tasks_at_once)
                .affected_rows();
        if (rows > 0)
            base::log::info("chores.swept", {{"what", "old tasks forgotten"}, {"rows", rows}});
        if (rows < old_tasks_at_once)
            return;
    }
}

void Chores::make_partitions(pqxx::connection& connection)
{
    pqxx::work work{connection};
    auto const made =
        exec(work, make_days, day_name(clock_.now()), static_cast<int>(settings_.days_ahead + 1)).front()[0].as<int>();
    work.commit();
    if (made > 0)
        base::log::info("chores.partitions", {{"made", made}});
}

/// Three steps that cannot be one transaction; a round that ended in the middle is finished by the next.
void Chores::drop_partitions(pqxx::connection& connection, std::string const& parent, unsigned kept)
{
    pqxx::nontransaction work{connection};
    auto const marked = work.quote(std::string{going});
    for (auto const& row :
         exec(work, list_partitions, parent, day_name(clock_.now() - days{kept}), std::string{going})) {
        auto const name = work.quote_name(row[0].c_str());
        bool const is_attached = row[1].as<bool>();
        bool const is_pending = row[2].as<bool>();
        work.exec(fmt::format("COMMENT ON TABLE public.{} IS {}", name, marked));
        if (is_attached)
            work.exec(fmt::format("ALTER TABLE public.{} DETACH PARTITION public.{} {}", parent, name,
                                  is_pending ? "FINALIZE" : "CONCURRENTLY"));
        work.exec(fmt::format("DROP TABLE public.{}", name));
        base::log::info("chores.dropped", {{"partition", row[0].c_str()}});
    }
}

void Chores::look_at_promotions(pqxx::connection& connection)
{
    auto now = promotions_fingerprint(connection);
    if (now == promotions_)
        return;
    if (settings_.on_promotions_changed)
        settings_.on_promotions_changed();
    promotions_ = std::move(now);
}

void Chores::look_at_tomorrow(pqxx::connection& connection)
{
    auto const tomorrow = day_name(clock_.now() + days{1});
    pqxx::nontransaction work{connection};
    auto const missing = exec(work, missing_partitions, tomorrow).front()[0].as<int>();
    if (missing > 0)
        set_status(fmt::format("{} partition(s) of tomorrow ({}) are missing; the chores make them every {} s", missing,
                               tomorrow, settings_.interval.count()));
    else if (!has_number_)
        set_status("this node was silent for too long and another one has its number; restart it");
    else
        set_status({});
}

base::Result<void> Chores::status() const
{
    std::lock_guard const lock{mutex_};
    if (problem_.empty())
        return {};
    return base::fail(problem_);
}

void Chores::set_status(std::string problem)
{
    std::lock_guard const lock{mutex_};
    problem_ = std::move(problem);
}

}  // namespace storage
