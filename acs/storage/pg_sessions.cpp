#include "storage/pg_sessions.hpp"

#include "storage/session_rows.hpp"

#include <pqxx/pqxx>

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace storage {

namespace {

constexpr std::size_t longest_failure = 500;  ///< bytes

constexpr Statement write_sessions{"write_sessions", "INSERT INTO session (" ACS_SESSION_COLUMNS
                                                     ", ended, failure) SELECT " ACS_SESSION_VALUES
                                                     ", ended, nullif(failure, '') FROM unnest(" ACS_SESSION_ARRAYS
                                                     ", $14::timestamptz[], $15::text[]) u (" ACS_SESSION_NAMES
                                                     ", ended, failure) ON CONFLICT DO NOTHING"};

#define ACS_PAST_SESSION                                                                                               \
    "SELECT " ACS_SESSION_READ ", s.ended, coalesce(s.failure, ''), EXISTS (SELECT FROM trace t"                       \
    " WHERE t.device_id = s.device_id AND t.session_id = s.session_id) FROM session s" ACS_SESSION_DEVICE
#define ACS_SESSION_PAGE " AND s.session_id < $1 ORDER BY s.session_id DESC LIMIT $2"

constexpr Statement find_session{"find_session", ACS_PAST_SESSION " WHERE s.session_id = $1"};
// Statements of their own: each finds its index.
constexpr Statement list_sessions{"list_sessions", ACS_PAST_SESSION " WHERE true" ACS_SESSION_PAGE};
constexpr Statement list_failed{"list_failed_sessions",
                                ACS_PAST_SESSION " WHERE s.failure IS NOT NULL" ACS_SESSION_PAGE};
constexpr Statement list_completed{"list_completed_sessions",
                                   ACS_PAST_SESSION " WHERE s.failure IS NULL" ACS_SESSION_PAGE};
constexpr Statement list_of_device{"list_device_sessions",
                                   ACS_PAST_SESSION " WHERE s.device_id = $3 AND ($4::boolean IS NULL OR"
                                                    " (s.failure IS NOT NULL) = $4)" ACS_SESSION_PAGE};

#undef ACS_PAST_SESSION
#undef ACS_SESSION_PAGE

domain::PastSession session_of(pqxx::row const& row)
{
    return {session_facts(row), parse_time(text_of(row[session_columns])), row[session_columns + 1].c_str(),
            row[session_columns + 2].as<bool>()};
}

void write(Transaction& transaction, std::vector<domain::PastSession> const& sessions)
{
    SessionColumns columns;
    ArrayText ended, failures;
    for (auto const& session : sessions) {
        columns.add(session.facts);
        ended.add(session.ended);
        failures.add(shortened(session.failure, longest_failure));
    }
    columns.exec(transaction, write_sessions, ended.finish(), failures.finish());
}

pqxx::result rows_of(Transaction& transaction, domain::SessionQuery const& query)
{
    auto const limit = static_cast<int>(query.limit);
    if (query.device)
        return transaction.exec(list_of_device, query.before, limit, query.device->value(), query.has_failed);
    auto const& statement = !query.has_failed ? list_sessions : *query.has_failed ? list_failed : list_completed;
    return transaction.exec(statement, query.before, limit);
}

}  // namespace

PgSessions::PgSessions(Database& writes, IdSource& ids, base::Metrics& metrics)
    : writes_{writes},
      ids_{ids},
      noted_{metrics.counter("acs_session_records_total", "Sessions that were noted: see acsctl sessions")},
      lost_{metrics.counter("acs_session_records_lost_total", "Sessions that could not be noted, or not be written")}
{
}

void PgSessions::note(domain::PastSession session) noexcept
{
    try {
        std::scoped_lock const lock{mutex_};
        if (waiting_.size() < most_waiting) {
            waiting_.push_back(std::move(session));
            noted_.add();
            return;
        }
    } catch (std::exception const&) {  // out of memory: it is counted, and sessions go on
    }
    lost_.add();
}

std::vector<domain::PastSession> PgSessions::take()
{
    std::scoped_lock const lock{mutex_};
    if (waiting_.size() <= at_once)
        return std::exchange(waiting_, {});
    auto const end = waiting_.begin() + static_cast<std::ptrdiff_t>(at_once);
    std::vector<domain::PastSession> taken{std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end)};
    waiting_.erase(waiting_.begin(), end);
    return taken;
}

void PgSessions::give_back(std::vector<domain::PastSession> sessions)
{
    std::scoped_lock const lock{mutex_};
    auto const room = most_waiting - std::min(most_waiting, waiting_.size());
    auto const kept = std::min(room, sessions.size());
    lost_.add(sessions.size() - kept);
    std::move(sessions.begin(), sessions.begin() + static_cast<std::ptrdiff_t>(kept), std::back_inserter(waiting_));
}

void PgSessions::flush()
{
    for (auto sessions = take(); !sessions.empty(); sessions = take()) {
        try {
            writes_.run_here([&sessions](Transaction& transaction) { write(transaction, sessions); });
        } catch (base::Unavailable const&) {
            give_back(std::move(sessions));
            throw;
        } catch (...) {
            lost_.add(sessions.size());
            throw;
        }
    }
}

base::Awaitable<std::vector<domain::PastSession>> PgSessions::list(domain::SessionQuery query)
{
    auto work = [query](Transaction& transaction) {
        std::vector<domain::PastSession> sessions;
        for (auto const& row : rows_of(transaction, query))
            sessions.push_back(session_of(row));
        return sessions;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::optional<domain::PastSession>> PgSessions::find(domain::SessionId id)
{
    auto work = [id](Transaction& transaction) -> std::optional<domain::PastSession> {
        auto const rows = transaction.exec(find_session, id.value());
        if (rows.empty())
            return std::nullopt;
        return session_of(rows.front());
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

}  // namespace storage
