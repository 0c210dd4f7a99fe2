#pragma once

#include "agent/quirks.hpp"
#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "cwmp/envelope.hpp"
#include "device/device.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace sim {

/// One exchange with the ACS: what we say, what it answers. Fails, with the reason, when there is no answer to be had:
/// then the session has failed. It may be a server's session in the same program, or HttpExchange.
using Exchange = std::function<base::Awaitable<base::Result<cwmp::Envelope>>(cwmp::Envelope)>;

/// How a session is held.
struct SessionSettings {
    Quirks quirks;
    std::uint32_t session_timeout = 60;  ///< seconds, told to the ACS from CWMP 1.3 on
};

/// What became of a session.
struct SessionReport {
    bool succeeded = false;
    std::string failure;         ///< a sentence; empty after success
    unsigned failure_fault = 0;  ///< the fault code with which the ACS refused the Inform; else 0
    unsigned informs = 0;        ///< sent, repetitions too
    unsigned rpcs = 0;           ///< requests of the ACS that were answered
    unsigned requests = 0;       ///< own requests that the ACS answered (TransferComplete ...)
    unsigned faults_sent = 0;
};

/// Holds the CPE's side of one session (TR-069 3.7.1) from Inform to its end, and tells `device` how it ended. `device`
/// and `clock` must outlive the coroutine.
///
/// The Inform is sent again when the ACS answers with fault 8005; any other fault to it, and an exchange that fails,
/// ends the session. Own requests go before the empty POST and wait while HoldRequests is set.
base::Awaitable<SessionReport> run_session(Device& device, Exchange exchange, base::Clock const& clock,
                                           SessionSettings settings);

}  // namespace sim
