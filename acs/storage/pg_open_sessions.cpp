#include "storage/pg_open_sessions.hpp"

#include "storage/session_rows.hpp"

#include <pqxx/pqxx>

#include <utility>

namespace storage {

namespace {

constexpr Statement forget_told{"forget_told_sessions", "DELETE FROM open_session WHERE node = $1"};

// Nobody reads it while there is one node only.
constexpr Statement tell_sessions{
    "tell_sessions", "INSERT INTO open_session (" ACS_SESSION_COLUMNS ", state, outstanding) SELECT " ACS_SESSION_VALUES
                     ", state, outstanding FROM unnest(" ACS_SESSION_ARRAYS
                     ", $14::text[], $15::text[]) u (" ACS_SESSION_NAMES ", state, outstanding)"
                     " WHERE (SELECT count(*) > 1 FROM node WHERE last_seen > now() - interval '5 minutes')"
                     " ON CONFLICT DO NOTHING"};

constexpr Statement list_told{
    "list_told_sessions", "SELECT " ACS_SESSION_READ ", s.state, s.outstanding FROM open_session s" ACS_SESSION_DEVICE
                          " WHERE s.node <> $1 AND s.told_at > now() - interval '10 seconds' AND s.session_id < $2"
                          " AND ($3::bigint IS NULL OR s.device_id = $3) ORDER BY s.session_id DESC LIMIT $4"};

}  // namespace

base::Awaitable<void> PgOpenSessions::tell(std::vector<domain::OpenSession> sessions)
{
    if (sessions.empty() && !has_told_)
        co_return;
    bool const has_some = !sessions.empty();
    auto work = [node = node_, sessions = std::move(sessions)](Transaction& transaction) {
        transaction.exec(forget_told, node);
        if (sessions.empty())
            return;
        SessionColumns columns;
        ArrayText states, methods;
        for (auto const& session : sessions) {
            columns.add(session.facts);
            states.add(domain::to_text(session.state));
            methods.add(shortened(session.outstanding, longest_method));
        }
        columns.exec(transaction, tell_sessions, states.finish(), methods.finish());
    };
    co_await writes_.run(std::move(work), InDoubt::repeat);
    has_told_ = has_some;
}

base::Awaitable<std::vector<domain::OpenSession>> PgOpenSessions::of_others(domain::SessionQuery query)
{
    auto work = [node = node_, query](Transaction& transaction) {
        auto const device = query.device ? std::optional{query.device->value()} : std::nullopt;
        std::vector<domain::OpenSession> sessions;
        for (auto const& row : transaction.exec(list_told, node, query.before, device, static_cast<int>(query.limit))) {
            domain::OpenSession session{.facts = session_facts(row)};
            session.state = domain::open_state(row[session_columns].c_str()).value_or(session.state);
            session.outstanding = row[session_columns + 1].c_str();
            sessions.push_back(std::move(session));
        }
        return sessions;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

}  // namespace storage
