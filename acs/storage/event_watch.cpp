#include "storage/event_watch.hpp"

#include "base/log.hpp"
#include "storage/array_text.hpp"
#include "storage/event_rows.hpp"

#include <pqxx/pqxx>

#include <utility>

namespace storage {

namespace {

constexpr std::int64_t events_lock = 0x414353'45564e54;  ///< "ACS EVNT": any number that nobody else locks

constexpr Statement try_lock{"try_events_lock", "SELECT pg_try_advisory_lock($1)"};
constexpr Statement is_news{"is_event_news", "SELECT EXISTS (SELECT FROM event e WHERE (e.tx, e.event_id) > ($1::xid8, "
                                             "$2) AND e.tx < $3::xid8 AND e.at >= $4::timestamptz)"};
constexpr Statement notify{"notify_events", "NOTIFY acs_events"};
// Of every database of the cluster: the horizon is one for all.
constexpr Statement horizon_age{
    "event_horizon_age", "SELECT coalesce(max(extract(epoch FROM now() - t.began)), 0)::bigint FROM (SELECT xact_start"
                         " FROM pg_stat_activity WHERE backend_xid IS NOT NULL UNION ALL SELECT prepared FROM"
                         " pg_prepared_xacts) t (began)"};
constexpr Statement is_ahead{"are_events_ahead",
                             "SELECT EXISTS (SELECT FROM event WHERE tx > pg_snapshot_xmax(pg_current_snapshot()))"};

}  // namespace

EventWatch::EventWatch(EventWatchSettings settings, domain::EventTail& tail, base::Metrics& metrics)
    : settings_{std::move(settings)},
      tail_{tail},
      read_{metrics.counter("acs_events_read_total", "Events that this node read for its streams and webhooks")},
      behind_{metrics.gauge("acs_events_held_back_seconds",
                            "Age of the oldest transaction that writes: readers of events wait for its end")}
{
    settings_.connection.application_name = "acs event watch";
    // Planned once: a plan of its own for each look would cost more than the look, with a partition for each day.
    settings_.connection.options += " -c plan_cache_mode=force_generic_plan";
}

EventWatch::~EventWatch()
{
    stop();
}

void EventWatch::start()
{
    thread_ = std::thread{[this] { loop(); }};
}

void EventWatch::stop()
{
    {
        std::lock_guard const lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable())
        thread_.join();
}

void EventWatch::loop()
{
    bool failed = false;
    std::unique_lock lock{mutex_};
    while (!stopping_) {
        lock.unlock();
        try {
            look();
            failed = false;
        } catch (std::exception const& problem) {
            if (!std::exchange(failed, true))
                base::log::warning("storage.event_watch", {{"reason", problem.what()}});
        }
        lock.lock();
        wake_.wait_for(lock, settings_.interval, [this] { return stopping_; });
    }
}

void EventWatch::look()
{
    try {
        if (!connection_) {
            leads_ = false;  // the lock went with the old connection
            connection_ = connect(settings_.connection);
        }
        pqxx::nontransaction work{*connection_};
        if (tail_.followers() > 0)
            read_on(work);
        else
            tail_.forget();
        if (auto const now = std::chrono::steady_clock::now(); now >= next_telling_) {
            next_telling_ = now + settings_.notify_interval;
            tell_listeners(work);
        }
    } catch (...) {
        connection_.reset();
        throw;
    }
}

void EventWatch::read_on(pqxx::transaction_base& transaction)
{
    auto from = tail_.reached();
    if (!from) {
        from = newest_event(transaction);
        tail_.append(*from, {{}, *from});
    }
    for (;;) {
        auto page = read_events(transaction, *from, settings_.at_once);
        auto const count = page.events.size();
        auto const reached = page.reached;
        read_.add(count);
        tail_.append(*from, std::move(page));
        if (count < settings_.at_once)
            return;
        from = reached;
    }
}

/// A cluster that was filled from a dump counts its transactions anew: what is new comes before what is there, and who
/// reads on finds nothing.
void EventWatch::warn_of_events_ahead(pqxx::transaction_base& transaction)
{
    if (exec(transaction, is_ahead).front()[0].as<bool>())
        base::log::error("storage.events_ahead",
                         {{"reason", "events have numbers of transactions that this cluster has yet to reach"}});
}

void EventWatch::tell_listeners(pqxx::transaction_base& transaction)
{
    if (!leads_) {
        leads_ = exec(transaction, try_lock, events_lock).front()[0].as<bool>();
        if (leads_)
            warn_of_events_ahead(transaction);
    }
    if (!leads_)
        return;
    behind_.set(exec(transaction, horizon_age).front()[0].as<std::int64_t>());
    auto const horizon = newest_event(transaction);
    if (!told_)
        told_ = horizon;
    auto const from = std::exchange(*told_, horizon);
    auto const news =
        exec(transaction, is_news, std::to_string(from.tx), from.id, std::to_string(horizon.tx), earliest_behind(from));
    if (news.front()[0].as<bool>())
        exec(transaction, notify);
}

}  // namespace storage
