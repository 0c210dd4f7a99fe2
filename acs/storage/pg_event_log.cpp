#include "storage/pg_event_log.hpp"

#include "storage/array_text.hpp"
#include "storage/event_rows.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

namespace storage {

namespace {

/// A query as SQL. It is planned each time, for what is asked decides which index and which days are looked at.
class EventSearch {
public:
    explicit EventSearch(domain::EventQuery const& query)
    {
        auto const order = query.newest_first ? "DESC" : "ASC";
        add("e.tx < pg_snapshot_xmin(pg_current_snapshot())");
        if (query.after)
            add(fmt::format("(e.tx, e.event_id) {} ({}::xid8, {}::bigint)", query.newest_first ? "<" : ">",
                            parameter(std::to_string(query.after->tx)), parameter(std::to_string(query.after->id))));
        if (query.after && !query.newest_first)
            add(fmt::format("e.at >= {}::timestamptz", parameter(earliest_behind(*query.after))));
        if (query.since)
            add(fmt::format("e.at >= {}::timestamptz", parameter(time_text(*query.since))));
        if (query.until)
            add(fmt::format("e.at < {}::timestamptz", parameter(time_text(*query.until))));
        if (query.device)
            add(fmt::format("e.device_id = {}::bigint", parameter(std::to_string(query.device->value()))));
        if (!query.kinds.takes_all())
            add(fmt::format("(e.kind = ANY ({}::text[]) OR e.kind ^@ ANY ({}::text[]))",
                            parameter(texts_of(query.kinds.names())), parameter(texts_of(query.kinds.beginnings()))));
        sql_ =
            fmt::format("SELECT {3} FROM (SELECT * FROM event e WHERE {0} ORDER BY e.tx {1}, e.event_id {1} LIMIT {2})"
                        " e LEFT JOIN device d ON d.device_id = e.device_id ORDER BY e.tx {1}, e.event_id {1}",
                        where_, order, query.limit, ACS_EVENT_ROW);
    }

    [[nodiscard]] std::vector<domain::EventRecord> run(Transaction& transaction) const
    {
        std::vector<domain::EventRecord> events;
        for (auto const& row : transaction.raw().exec_params(
                 sql_, pqxx::prepare::make_dynamic_params(parameters_.begin(), parameters_.end())))
            events.push_back(event_of(row));
        return events;
    }

private:
    static std::string texts_of(std::vector<std::string> const& texts)
    {
        return array_text(std::vector<std::string_view>{texts.begin(), texts.end()});
    }
    void add(std::string const& term) { where_ += (where_.empty() ? "" : " AND ") + term; }
    std::string parameter(std::string value)
    {
        parameters_.push_back(std::move(value));
        return fmt::format("${}", parameters_.size());
    }

    std::string where_, sql_;
    std::vector<std::string> parameters_;
};

}  // namespace

base::Awaitable<base::Result<std::vector<domain::EventRecord>>> PgEventLog::list(domain::EventQuery query)
{
    auto work = [search = EventSearch{query}](Transaction& transaction) { return search.run(transaction); };
    try {
        co_return co_await searches_.run(std::move(work));
    } catch (pqxx::sql_error const& problem) {
        if (failure_of(problem) != Failure::timed_out)
            throw;
    }
    co_return base::fail("looking through so many events took too long; ask for a shorter time, or for one device");
}

template <class Work>
base::Awaitable<std::invoke_result_t<Work&, Transaction&>> PgEventLog::read(Work work)
{
    std::string problem;
    try {
        co_return co_await searches_.run(std::move(work));
    } catch (pqxx::sql_error const& refused) {
        if (failure_of(refused) != Failure::timed_out)
            throw;
        problem = refused.what();
    }
    throw base::Unavailable{"reading events took too long: " + problem};
}

base::Awaitable<domain::EventPage> PgEventLog::read_on(domain::EventPosition after, unsigned limit)
{
    auto work = [after, limit](Transaction& transaction) { return read_events(transaction.raw(), after, limit); };
    co_return co_await read(std::move(work));
}

base::Awaitable<domain::EventPosition> PgEventLog::newest()
{
    auto work = [](Transaction& transaction) { return newest_event(transaction.raw()); };
    co_return co_await read(std::move(work));
}

}  // namespace storage
