#pragma once

#include "load/histogram.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace sim {

/// What is timed. Each is from the first byte out to the last byte of the answer in.
enum class Timed : std::uint8_t {
    connect,        ///< TCP
    tls_handshake,  ///< without TCP
    inform,         ///< without what a 401 costs
    login,          ///< the Inform that was answered 401
    empty_post,
    rpc_answer,  ///< our answer to a request of the ACS, until its next message
    request,     ///< TransferComplete and the like
    session,     ///< the whole session, from before the connection
    transfer,    ///< a whole file
    start_delay  ///< from when a session was to begin until it began: grows when the generator or its limits hold it up
};
inline constexpr std::size_t timed_count = 10;

/// "inform" and so on.
[[nodiscard]] std::string_view to_text(Timed what) noexcept;

/// What a load run has done. On one thread.
struct LoadStatistics {
    std::uint64_t sessions = 0;          ///< begun
    std::uint64_t succeeded = 0;         ///< came to their proper end
    std::uint64_t failed = 0;            ///< did not, and not on purpose
    std::uint64_t spoilt = 0;            ///< went wrong on purpose
    std::uint64_t retries = 0;           ///< of the sessions: with a RetryCount above 0
    std::uint64_t informs = 0;           ///< acknowledged
    std::uint64_t periodic_informs = 0;  ///< of these with 2 PERIODIC alone
    std::uint64_t rpcs = 0;
    std::uint64_t faults_sent = 0;
    std::uint64_t requests = 0;  ///< own, answered by the ACS
    std::uint64_t connection_requests = 0;
    std::uint64_t downloads = 0;
    std::uint64_t uploads = 0;
    std::uint64_t transfers_failed = 0;
    std::uint64_t restarts = 0;
    std::uint64_t resumed = 0;  ///< TLS handshakes that resumed a session
    std::uint64_t handshakes = 0;
    std::uint64_t bytes_in = 0;   ///< of HTTP
    std::uint64_t bytes_out = 0;  ///< of HTTP
    std::uint32_t live = 0;       ///< sessions now
    std::uint32_t live_most = 0;
    std::map<std::string, std::uint64_t, std::less<>> errors;  ///< by kind; those made on purpose begin with "made."
    std::array<Histogram, timed_count> times;

    void count_error(std::string_view kind);
    void time(Timed what, std::chrono::steady_clock::duration took) noexcept;
    [[nodiscard]] Histogram const& of(Timed what) const noexcept { return times[static_cast<std::size_t>(what)]; }
};

/// What else the final object tells.
struct LoadSummary {
    std::size_t devices = 0;
    std::size_t whole_devices = 0;  ///< with a tree, at the end
    double seconds = 0;
    double cpu_user = 0;  ///< seconds
    double cpu_system = 0;
    std::uint64_t peak_memory = 0;  ///< bytes
    std::string trace_hash;
    std::uint64_t seed = 0;
    bool complete = false;          ///< the scenario came to its end, and nothing was left undelivered
    std::uint64_t undelivered = 0;  ///< devices that still had something to tell
};

/// One JSON object on one line.
[[nodiscard]] std::string to_json(LoadStatistics const& statistics, LoadSummary const& summary);

/// One line for people; `before` is what it was `seconds` ago.
[[nodiscard]] std::string to_progress_line(LoadStatistics const& now, std::uint64_t sessions_before, double seconds,
                                           double elapsed);

}  // namespace sim
