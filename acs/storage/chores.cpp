#include "storage/chores.hpp"

#include "base/log.hpp"
#include "storage/array_text.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

#include <array>
#include <string_view>

namespace storage {

namespace {

using std::chrono::days;
using std::chrono::floor;

constexpr std::int64_t chores_lock = 0x414353'43484f52;  ///< "ACS CHOR": any number that nobody else locks

/// A statement that is run in each round, with now as $1.
struct Sweep {
    Statement statement;
    char const* what;
};

constexpr std::array sweeps{
    Sweep{{"sweep_expired_tasks",
           "UPDATE task SET state = 'expired', updated = $1, fault_text = 'its time was over before the device could do it'"
           " WHERE state = 'queued' AND expires_at < $1"},
          "tasks expired"},
    Sweep{{"sweep_overdue_tasks",
           "UPDATE task SET state = 'failed', updated = $1, fault_text = 'the device accepted it, but no result came in time'"
           " WHERE state IN ('waiting', 'unknown') AND deadline < $1"},
          "tasks overdue"},
    Sweep{{"sweep_transfers", "DELETE FROM transfer WHERE expires_at < $1::timestamptz - interval '7 days'"},
          "transfers forgotten"},
    Sweep{{"sweep_sessions", "DELETE FROM cwmp_session WHERE suspended_at < $1::timestamptz - interval '1 hour'"},
          "sessions forgotten"},
    Sweep{{"sweep_experience", "DELETE FROM model_experience WHERE seen_at < $1::timestamptz - interval '30 days'"},
          "experiences decayed"},
    Sweep{{"sweep_path_budget", "DELETE FROM path_budget WHERE day < ($1::timestamptz AT TIME ZONE 'UTC')::date - 1"},
          "path budgets cleared"},
};

constexpr Statement try_lock{"try_chores_lock", "SELECT pg_try_advisory_lock($1)"};
constexpr Statement make_days{"make_partitions", "SELECT make_partitions($1::date, $2)"};
constexpr Statement list_partitions{
    "list_partitions",
    "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
    " WHERE i.inhparent = to_regclass('public.' || $1) AND c.relname < $1 || '_' || $2 ORDER BY c.relname"};
constexpr Statement missing_partitions{
    "missing_partitions",
    "SELECT count(*) FROM unnest(ARRAY['event_', 'parameter_sample_']) n WHERE to_regclass('public.' || n || $1) IS NULL"};
constexpr Statement drop_old_tasks{
    "drop_old_tasks",
    "DELETE FROM task WHERE state IN ('done', 'failed', 'cancelled', 'expired')"
    " AND updated < $1::timestamptz - make_interval(days => $2)"};

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
            connection_.reset();
        }
        lock.lock();
        wake_.wait_for(lock, settings_.interval, [this] { return stopping_; });
    }
}

bool Chores::run_once()
{
    if (!connection_) {
        leads_ = false;  // the lock went with the old connection
        connection_ = connect(settings_.connection);
    }
    give_sign_of_life(*connection_);
    if (!leads_) {
        pqxx::nontransaction work{*connection_};
        leads_ = exec(work, try_lock, chores_lock).front()[0].as<bool>();
    }
    if (leads_)
        do_chores(*connection_);
    look_at_tomorrow(*connection_);
    return leads_;
}

void Chores::give_sign_of_life(pqxx::connection& connection)
{
    if (!node_.keep(connection))
        base::log::error("chores.number", {{"node", node_.name()},
                                           {"reason", "another node has this one's number; restart it"}});
}

void Chores::do_chores(pqxx::connection& connection)
{
    make_partitions(connection);
    drop_partitions(connection, "event", settings_.event_days);
    drop_partitions(connection, "parameter_sample", settings_.sample_days);
    auto const now = time_text(clock_.now());
    for (auto const& sweep : sweeps) {
        pqxx::nontransaction work{connection};
        if (auto const rows = exec(work, sweep.statement, now).affected_rows(); rows > 0)
            base::log::info("chores.swept", {{"what", sweep.what}, {"rows", rows}});
    }
    pqxx::nontransaction work{connection};
    exec(work, drop_old_tasks, now, static_cast<int>(settings_.task_days));
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

void Chores::drop_partitions(pqxx::connection& connection, std::string const& parent, unsigned kept)
{
    pqxx::nontransaction work{connection};
    for (auto const& row : exec(work, list_partitions, parent, day_name(clock_.now() - days{kept}))) {
        std::string const name = row[0].c_str();
        work.exec(fmt::format("ALTER TABLE public.{} DETACH PARTITION public.{} CONCURRENTLY", parent, work.quote_name(name)));
        work.exec(fmt::format("DROP TABLE public.{}", work.quote_name(name)));
        base::log::info("chores.dropped", {{"partition", name}});
    }
}

void Chores::look_at_tomorrow(pqxx::connection& connection)
{
    auto const tomorrow = day_name(clock_.now() + days{1});
    pqxx::nontransaction work{connection};
    auto const missing = exec(work, missing_partitions, tomorrow).front()[0].as<int>();
    set_status(missing == 0 ? std::string{}
                            : fmt::format("{} partition(s) of tomorrow ({}) are missing; the chores make them every {} s",
                                          missing, tomorrow, settings_.interval.count()));
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
