#pragma once

#include "base/password_hash.hpp"
#include "domain/lock_out.hpp"
#include "domain/shown_setting.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace api {

/// One bearer token that the API accepts.
struct Token {
    std::string name;    ///< who it was given to; appears in the log and as the origin of tasks: "api:NAME"
    std::string secret;  ///< what the client sends; only its hash is kept
};

/// How operators log in, and for how long.
struct OperatorSettings {
    std::chrono::seconds session_idle{30 * 60};    ///< a browser's session that is not used for so long ends
    std::chrono::seconds session_life{12 * 3600};  ///< it ends after so long, used or not
    std::uint32_t sessions = 20;                   ///< of one operator; the oldest beyond them end
    std::uint32_t token_days = 365;                ///< the longest life of a token
    std::uint32_t tokens = 100;                    ///< of one operator that have not expired
    std::uint32_t password_length = 12;            ///< characters, at least
    std::uint32_t passwords_at_once = 2;           ///< looked at, each with PasswordCosts::kibibytes of memory
    base::PasswordCosts costs;                     ///< of one look at a password
    domain::LockOutPolicy lock_out;
    /// Between two readings of the operators because of callers who are not known.
    std::chrono::milliseconds stranger_pause{100};
};

/// Streams of events.
struct EventStreamSettings {
    std::uint32_t at_once = 200;          ///< of all callers of this node; more: 503
    std::uint32_t of_one = 50;            ///< of one operator; more: 429
    std::chrono::seconds keep_alive{15};  ///< a quiet stream says so this often
    std::chrono::seconds life{15 * 60};   ///< then it ends, and its reader asks again: who may no longer, is refused
    std::chrono::milliseconds poll{250};  ///< between two looks at the node's tail of the log
    std::chrono::milliseconds outage{2'000};  ///< between two tries while the database is away
    unsigned page = 500;                      ///< events read at once
};

/// What clients may ask of the API; every limit is finite.
struct Settings {
    std::vector<Token> tokens;                       ///< beside those of operators
    std::string version = "0.0.0";                   ///< of the program, told by /version
    std::uint64_t json_bytes = 1024 * 1024;          ///< a request body of JSON; more: 413
    std::uint64_t list_bytes = 64ull * 1024 * 1024;  ///< a list of devices, kept in memory while it is read; more: 413
    std::uint64_t file_bytes = 1024ull * 1024 * 1024;  ///< an uploaded file; more: 413
    std::chrono::seconds max_wait{300};  ///< the longest ?wait=; below the listener's HttpLimits::exchange
    std::chrono::seconds connection_request_wait{10};  ///< how long a connection request waits unless ?wait= says it
    std::uint32_t open_tasks = 1000;                   ///< of one device that are not final; more: 409
    std::uint32_t max_items = 1000;                    ///< paths, values or attributes of one task
    OperatorSettings operators;
    std::vector<domain::ShownSetting> configuration;  ///< told by /settings
    std::string configuration_file;
    std::uint32_t exports = 4;  ///< lists given as CSV or NDJSON at once; more: 503
    EventStreamSettings streams;
};

}  // namespace api
