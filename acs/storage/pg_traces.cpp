#include "storage/pg_traces.hpp"

#include "storage/array_text.hpp"
#include "storage/session_parts.hpp"

#include <pqxx/pqxx>

#include <utility>

namespace storage {

namespace {

constexpr Statement write_trace{
    "write_trace", "INSERT INTO trace (device_id, session_id, started, is_ordered, messages, bytes, stored, file)"
                   " VALUES ($1, $2, $3::timestamptz, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"};
constexpr Statement find_trace{"find_trace", "SELECT file FROM trace WHERE device_id = $1 AND session_id = $2"};

/// One of the sessions that were asked for; no row when there were enough.
constexpr Statement use_order{"use_trace_order", "UPDATE trace_order SET sessions = sessions - 1 WHERE device_id = $1"
                                                 " AND sessions > 0 AND until > $2::timestamptz RETURNING 1"};
constexpr Statement read_chosen{"read_chosen", "SELECT device_id FROM trace_order WHERE sessions > 0 AND until > $1"};

#define ACS_TRACE_ORDER " device_id, until, sessions, ordered_by, ordered_at"

constexpr Statement write_order{
    "write_trace_order", "INSERT INTO trace_order (device_id, until, sessions, ordered_by, ordered_at)"
                         " SELECT $1::bigint, $2::timestamptz, $3::integer, $4::text, $5::timestamptz WHERE (SELECT "
                         "count(*) < $6 FROM trace_order"
                         " WHERE device_id <> $1 AND sessions > 0 AND until > $5::timestamptz)"
                         " ON CONFLICT (device_id) DO UPDATE SET until = EXCLUDED.until, sessions = EXCLUDED.sessions,"
                         " ordered_by = EXCLUDED.ordered_by, ordered_at = EXCLUDED.ordered_at RETURNING 1"};
constexpr Statement remove_order{"remove_trace_order", "DELETE FROM trace_order WHERE device_id = $1"
                                                       " RETURNING" ACS_TRACE_ORDER};
constexpr Statement find_trace_order{"find_trace_order",
                                     "SELECT" ACS_TRACE_ORDER " FROM trace_order WHERE device_id = $1"};

#undef ACS_TRACE_ORDER

/// The order that is in force; one that has run out is none.
std::optional<domain::TraceOrder> order_in(pqxx::result const& rows, base::TimePoint now)
{
    if (rows.empty())
        return std::nullopt;
    auto const& row = rows.front();
    domain::TraceOrder order{domain::DeviceKey{row[0].as<std::int64_t>()}, parse_time(text_of(row[1]))};
    order.sessions = row[2].as<std::uint32_t>();
    order.ordered_by = row[3].c_str();
    order.ordered_at = parse_time(text_of(row[4]));
    if (order.sessions == 0 || order.until <= now)
        return std::nullopt;
    return order;
}

}  // namespace

PgTraces::PgTraces(Database& writes, base::Clock const& clock, base::Metrics& metrics)
    : writes_{writes},
      clock_{clock},
      lost_{metrics.counter("acs_traces_lost_total", "Traces that could not be written")}
{
}

bool PgTraces::wants(domain::DeviceKey device) const noexcept
{
    if (!has_orders_.load(std::memory_order_relaxed))
        return false;
    std::scoped_lock const lock{mutex_};
    return chosen_.contains(device);
}

base::Awaitable<std::optional<std::string>> PgTraces::find(domain::DeviceKey device, domain::SessionId session)
{
    auto work = [device, session](Transaction& transaction) -> std::optional<std::string> {
        auto const rows = transaction.exec(find_trace, device.value(), session.value());
        if (rows.empty())
            return std::nullopt;
        return pqxx::binarystring{rows.front()[0]}.str();
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<bool> PgTraces::order(domain::TraceOrder order)
{
    auto work = [order = std::move(order)](Transaction& transaction) {
        return !transaction
                    .exec(write_order, order.device.value(), time_text(order.until), static_cast<int>(order.sessions),
                          storable(order.ordered_by), time_text(order.ordered_at), std::int64_t{most_orders})
                    .empty();
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::optional<domain::TraceOrder>> PgTraces::cancel(domain::DeviceKey device)
{
    auto work = [device, now = clock_.now()](Transaction& transaction) {
        return order_in(transaction.exec(remove_order, device.value()), now);
    };
    co_return co_await writes_.run(std::move(work));
}

base::Awaitable<std::optional<domain::TraceOrder>> PgTraces::find_order(domain::DeviceKey device)
{
    auto work = [device, now = clock_.now()](Transaction& transaction) {
        return order_in(transaction.exec(find_trace_order, device.value()), now);
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

void PgTraces::write(std::vector<domain::StoredTrace> const& traces)
{
    if (traces.empty())
        return;
    try {
        writes_.run_here([&traces, now = time_text(clock_.now())](Transaction& transaction) {
            for (auto const& one : traces) {
                bool const is_ordered = one.is_ordered && !transaction.exec(use_order, one.device.value(), now).empty();
                if (!is_ordered && !one.has_failed)
                    continue;
                transaction.exec(write_trace, one.device.value(), one.session.value(), time_text(one.started),
                                 is_ordered, static_cast<int>(one.messages), static_cast<std::int64_t>(one.bytes),
                                 static_cast<int>(one.file.size()), pqxx::binarystring{one.file});
            }
        });
    } catch (...) {
        lost_.add(traces.size());
        throw;
    }
}

void PgTraces::look()
{
    auto chosen = writes_.run_here([now = time_text(clock_.now())](Transaction& transaction) {
        Keys keys;
        for (auto const& row : transaction.exec(read_chosen, now))
            keys.insert(domain::DeviceKey{row[0].as<std::int64_t>()});
        return keys;
    });
    std::scoped_lock const lock{mutex_};
    chosen_ = std::move(chosen);
    has_orders_.store(!chosen_.empty(), std::memory_order_relaxed);
}

}  // namespace storage
