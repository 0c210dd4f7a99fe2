#pragma once

#include <pqxx/pqxx>

#include <chrono>
#include <exception>
#include <memory>
#include <string>

namespace storage {

/// One SQL text and the name it is prepared under (also its label in metrics and logs).
struct Statement {
    char const* name;
    char const* sql;
};

/// How a connection to PostgreSQL is made.
struct ConnectionSettings {
    std::string url;                                      ///< "postgresql://..." or "host=... dbname=..."
    std::string application_name = "acs";                 ///< as pg_stat_activity shows it
    std::chrono::milliseconds statement_timeout{10'000};  ///< a statement that takes longer is ended by the server
    std::chrono::seconds connect_timeout{5};              ///< for one attempt to connect
    bool read_only = false;                               ///< refuse writes, for searches
    std::string options;                                  ///< more settings of the session: " -c name=value"
};

/// A connection whose names resolve to the schema public, with the settings' time-outs in force. It never reconnects by
/// itself: after an outage it is thrown away. Used by one thread at a time.
/// Throws pqxx::broken_connection, or std::invalid_argument when the URL cannot be read.
[[nodiscard]] std::unique_ptr<pqxx::connection> connect(ConnectionSettings const& settings);

/// Sends a statement, preparing it on its first use on this connection. In a pqxx::nontransaction it is a transaction
/// of its own: one statement, one commit, one round trip.
template <class... Args>
pqxx::result exec(pqxx::transaction_base& transaction, Statement const& statement, Args&&... args)
{
    transaction.conn().prepare(statement.name, statement.sql);  // libpqxx 6: nothing is done after the first time
    return transaction.exec_prepared(statement.name, std::forward<Args>(args)...);
}

/// What went wrong between us and PostgreSQL, as far as it decides what to do next.
enum class Failure {
    outage,     ///< no connection, or it was lost; whether the statement took effect is not known
    rollback,   ///< deadlock or serialization failure: nothing happened, try again
    timed_out,  ///< the statement took longer than the statement time-out and was undone
    refused,    ///< PostgreSQL refused the statement: trying again does not help
};

/// Judges an exception thrown by libpqxx (anything else counts as refused).
[[nodiscard]] Failure failure_of(std::exception const& problem);

}  // namespace storage
