#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "domain/sessions.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace domain {

/// One message of a session as a trace keeps it, without secrets.
struct TracedMessage {
    bool is_from_cpe = false;
    std::chrono::milliseconds at{};    ///< since the session began
    unsigned status = 0;               ///< HTTP status of an answer of ours; 0: it came from the CPE
    std::string method;                ///< "Inform", "Empty"; empty: it cannot be read
    std::uint64_t bytes = 0;           ///< as it passed
    std::vector<std::string> headers;  ///< of interest, "User-Agent: HG-1000/1.2"
    std::string note;                  ///< what is missing of it and why, a clause; empty: nothing
    std::string text;                  ///< of the message; empty when there was none, or none is kept

    friend bool operator==(TracedMessage const&, TracedMessage const&) = default;
};

/// What passed in one session.
struct Trace {
    std::int64_t session = 0;
    std::string device;  ///< OUI-ProductClass-Serial
    std::string node;
    std::string started;        ///< RFC 3339
    std::string outcome;        ///< "completed", "failed: why"
    std::uint64_t missing = 0;  ///< messages before the first one here, for which there was no room
    std::vector<TracedMessage> messages;

    friend bool operator==(Trace const&, Trace const&) = default;
};

/// A trace on its way to the store.
struct StoredTrace {
    SessionId session;
    DeviceKey device;
    base::TimePoint started{};
    bool is_ordered = false;  ///< somebody chose the device; else its session failed
    bool has_failed = false;
    std::uint32_t messages = 0;
    std::uint64_t bytes = 0;  ///< of the text
    std::string file;         ///< the text (trace_text.hpp), gzipped
};

/// A device whose sessions are to be traced, whatever becomes of them.
struct TraceOrder {
    DeviceKey device;
    base::TimePoint until{};
    std::uint32_t sessions = 0;  ///< that are still to be traced
    std::string ordered_by;
    base::TimePoint ordered_at{};
};

/// Which devices are chosen, as nodes ask in every session. Safe from any thread.
class TraceOrders {
public:
    virtual ~TraceOrders() = default;

    /// As it was known some seconds ago. Never waits.
    [[nodiscard]] virtual bool wants(DeviceKey device) const noexcept = 0;
};

/// Traces, for people. Throws base::Unavailable.
class Traces {
public:
    static constexpr unsigned most_orders = 1'000;  ///< devices that are chosen at once

    virtual ~Traces() = default;

    /// The trace's file, gzipped; none when there is none of the session, or no longer.
    virtual base::Awaitable<std::optional<std::string>> find(DeviceKey device, SessionId session) = 0;

    /// Chooses a device, or changes how long it is chosen. False: too many are chosen already.
    virtual base::Awaitable<bool> order(TraceOrder order) = 0;
    /// The device is chosen no more; what it was before, none when it was not.
    virtual base::Awaitable<std::optional<TraceOrder>> cancel(DeviceKey device) = 0;
    virtual base::Awaitable<std::optional<TraceOrder>> find_order(DeviceKey device) = 0;
};

}  // namespace domain
