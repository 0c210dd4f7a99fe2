#pragma once

#include "base/counters.hpp"
#include "domain/traces.hpp"
#include "session/transcript.hpp"

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace session {

/// What is traced and how much of it; every limit is finite.
struct TraceSettings {
    bool failed_sessions = true;                  ///< also of devices that nobody chose
    std::size_t session_bytes = 64 * 1024;        ///< of one session, kept while it runs in case it fails
    std::size_t chosen_session_bytes = 4U << 20;  ///< of one session of a chosen device
    std::size_t memory_bytes = 64U << 20;         ///< of all sessions, and of those that wait to be written
};

/// Where sessions put what was said in them, and where traces come from. Safe from any thread.
class TraceDesk {
public:
    /// All must outlive this. `orders`: null: no device is chosen.
    TraceDesk(TraceSettings settings, domain::TraceOrders const* orders, base::Metrics& metrics);

    /// Where the session of a device is to be written down; none when it is not to be.
    [[nodiscard]] std::optional<Transcript> open(domain::DeviceKey device, base::TimePoint now);
    [[nodiscard]] bool is_chosen(domain::DeviceKey device) const noexcept
    {
        return orders_ != nullptr && orders_->wants(device);
    }
    /// A session is over. Its transcript is kept if it failed or its device is chosen, until take() fetches it.
    void close(Transcript transcript, domain::PastSession const& session);

    /// Traces that are to be stored, masked on the calling thread: as many as have about `most` bytes.
    [[nodiscard]] std::vector<domain::StoredTrace> take(std::size_t most = 8U << 20);

private:
    struct Closed {
        Transcript transcript;
        domain::PastSession session;
        bool is_chosen = false;
    };
    [[nodiscard]] std::optional<Closed> next();

    TraceSettings settings_;
    domain::TraceOrders const* orders_;
    base::Counter& traced_;
    base::Counter& bytes_;
    base::Counter& dropped_;
    base::Gauge& memory_gauge_;
    TraceMemory memory_;
    std::mutex mutex_;
    std::deque<Closed> closed_;
};

/// What passed in a session, without its secrets.
[[nodiscard]] domain::Trace masked_trace(Transcript const& transcript, domain::PastSession const& session);

}  // namespace session
