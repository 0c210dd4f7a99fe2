#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "cwmp/device_id.hpp"
#include "domain/ids.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace domain {

/// Names one session; made by the node (time, node, counter), so ascending in time of its begin.
using SessionId = base::StrongId<struct SessionIdTag>;

/// What is told of a session, whether it is open or over.
struct SessionFacts {
    SessionId id;
    DeviceKey device;
    cwmp::DeviceId identity;  ///< the device's, as it is known now
    base::TimePoint started{};
    std::string node;                 ///< that had it last
    std::string address;              ///< where its Inform came from, numeric; empty when that is not known
    bool is_tls = false;              ///< the CPE reached us by TLS
    std::vector<std::string> events;  ///< codes that it began with
    std::uint32_t rpcs = 0;           ///< of ours
    std::uint32_t requests = 0;       ///< of the CPE, the Inform not counted
    std::uint32_t faults = 0;         ///< that our RPCs were answered with
    std::uint32_t tasks = 0;          ///< done in it
    std::uint64_t bytes_in = 0;       ///< of messages of the CPE; over connections of other nodes not counted
    std::uint64_t bytes_out = 0;      ///< of messages of ours, likewise
};

/// A session that is over.
struct PastSession {
    SessionFacts facts;
    base::TimePoint ended{};
    std::string failure;     ///< why it came to no good end, in words; empty: both sides had said all
    bool has_trace = false;  ///< what was said in it is kept; when it is read
};

/// Where sessions are written down when they are over. Safe from any thread.
class SessionJournal {
public:
    virtual ~SessionJournal() = default;

    /// Never throws.
    [[nodiscard]] virtual SessionId next_id() noexcept = 0;
    /// Never waits and never throws. When too many wait to be written, some are lost, and counted.
    virtual void note(PastSession session) noexcept = 0;
};

/// Which sessions are asked for. What is empty does not matter.
struct SessionQuery {
    std::optional<DeviceKey> device;
    std::optional<bool> has_failed;
    std::int64_t before = std::numeric_limits<std::int64_t>::max();  ///< the last id of the page before
    unsigned limit = 100;
    base::TimePoint started_by = base::TimePoint::max();  ///< only those that began so early; of open ones
};

/// Sessions that are over, for people. Those that did nothing (2 PERIODIC alone, no RPC, no request) are not kept.
/// Throws base::Unavailable.
class PastSessions {
public:
    virtual ~PastSessions() = default;

    /// The newest first. What ended in the last seconds may still be missing.
    virtual base::Awaitable<std::vector<PastSession>> list(SessionQuery query) = 0;
    virtual base::Awaitable<std::optional<PastSession>> find(SessionId id) = 0;
};

/// A session that is open.
struct OpenSession {
    enum class State : std::uint8_t {
        answering,  ///< the CPE waits for our answer
        waiting,    ///< we wait for what the CPE says next
        away,       ///< its connection ended in the middle; the CPE may come back on any node
    };
    SessionFacts facts;
    State state = State::waiting;
    std::string outstanding;  ///< method of the RPC whose answer is due, or empty
};

/// "answering", "waiting", "away".
[[nodiscard]] std::string_view to_text(OpenSession::State state) noexcept;
[[nodiscard]] std::optional<OpenSession::State> open_state(std::string_view text) noexcept;

/// The sessions that are open on all nodes. Throws base::Unavailable.
class OpenSessions {
public:
    virtual ~OpenSessions() = default;

    /// The newest first. Of other nodes only those that have been open for some seconds, as they were then.
    /// `has_failed` does not matter.
    virtual base::Awaitable<std::vector<OpenSession>> list(SessionQuery query) = 0;
};

/// What nodes tell each other of their open sessions. Throws base::Unavailable.
class OpenSessionStore {
public:
    virtual ~OpenSessionStore() = default;

    /// Puts `sessions` in the place of what this node told before. Costs next to nothing while it is the only node.
    virtual base::Awaitable<void> tell(std::vector<OpenSession> sessions) = 0;
    /// What other nodes told within the last ten seconds, the newest first.
    virtual base::Awaitable<std::vector<OpenSession>> of_others(SessionQuery query) = 0;
};

}  // namespace domain
