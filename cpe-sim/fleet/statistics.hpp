#pragma once

#include "base/counters.hpp"

#include <cstddef>
#include <string>

namespace sim {

/// What a fleet has done so far. Counted from any thread.
struct Statistics {
    base::Counter sessions;  ///< begun
    base::Counter sessions_failed;
    base::Counter informs;
    base::Counter rpcs;       ///< requests of the ACS that were answered
    base::Counter downloads;  ///< files that came whole
    base::Counter uploads;    ///< files that were sent
    base::Counter transfers_failed;
    base::Counter restarts;
    base::Counter connection_requests;  ///< taken
    base::Counter udp_requests;         ///< of these over UDP
    base::Counter faults_sent;
    base::Counter bytes_in;  ///< headers and bodies of the ACS's answers
    base::Counter bytes_out;
    base::Gauge in_session;
};

/// {"devices":..,"sessions":..,...}: one line.
[[nodiscard]] std::string to_json(Statistics const& statistics, std::size_t devices);

/// One line for people.
[[nodiscard]] std::string to_status_line(Statistics const& statistics, std::size_t devices);

}  // namespace sim
