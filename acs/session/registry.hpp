#pragma once

#include "session/session.hpp"
#include "session/transcript.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace session {

/// A session with what ties it to its requests. But for the members named so it belongs to one thread.
struct LiveSession {
    LiveSession(Services const& services, SessionCounters& counters, Caller caller, std::string c, std::size_t t)
        : cookie{std::move(c)},
          thread{t},
          address{caller.address},
          known_device{caller.known && caller.known->device ? caller.known->device->key : domain::DeviceKey{}},
          session{services, counters, std::move(caller)}
    {
    }

    std::string const cookie;   ///< any thread
    std::size_t const thread;   ///< any thread: whose it is
    std::string const address;  ///< any thread: where its Inform came from; empty when that was another node's
    domain::DeviceKey const known_device;  ///< whose it is, when that was known before it began
    Session session;
    /// Any thread: id of the connection that its last request came over, 0 when that is gone.
    std::atomic<std::uint64_t> connection{0};
    bool busy = false;                     ///< a request is being answered
    bool kept = false;                     ///< it was suspended: another node may have taken it over
    bool noted = false;                    ///< its end was written down
    std::uint64_t bytes_in = 0;            ///< of messages of the CPE
    std::uint64_t bytes_out = 0;           ///< of messages of ours
    std::optional<Transcript> transcript;  ///< what passed in it, when somebody may want to know
    std::string replaced_by;               ///< not empty: to be abandoned for this reason as soon as it is not busy
    std::chrono::steady_clock::time_point expires;  ///< when the CPE has been silent for too long
};

/// The sessions of one endpoint by cookie and by device, and for a while the cookies of those that ended well.
/// Safe from any thread.
class Registry {
public:
    /// `after_end`: how long a cookie is remembered after its session ended well.
    Registry(std::size_t most, std::chrono::seconds after_end) : most_{most}, after_end_{after_end} {}

    /// Reserves a place for one more session; false when there are too many.
    [[nodiscard]] bool reserve();
    /// Gives back a place that was reserved and not used.
    void give_back();

    /// Enters a session on a reserved place; gives the one that the same device had before.
    std::shared_ptr<LiveSession> enter(std::shared_ptr<LiveSession> live);
    [[nodiscard]] std::shared_ptr<LiveSession> find(std::string_view cookie) const;
    /// The session of a device; null when it has none.
    [[nodiscard]] std::shared_ptr<LiveSession> of_device(domain::DeviceKey device) const;
    /// Takes a session out; its cookie is remembered when it ended well.
    void leave(LiveSession const& live, bool ended_well);
    /// True when a session of this cookie ended well not long ago.
    [[nodiscard]] bool ended_lately(std::string_view cookie);

    /// The sessions of one thread.
    [[nodiscard]] std::vector<std::shared_ptr<LiveSession>> of_thread(std::size_t thread) const;
    [[nodiscard]] std::size_t size() const;

private:
    using Moment = std::chrono::steady_clock::time_point;
    void forget_old(Moment now);

    std::size_t const most_;
    std::chrono::seconds const after_end_;
    mutable std::mutex mutex_;
    std::size_t taken_ = 0;  ///< places reserved or used
    std::unordered_map<std::string, std::shared_ptr<LiveSession>> by_cookie_;
    std::unordered_map<std::int64_t, std::shared_ptr<LiveSession>> by_device_;
    std::unordered_map<std::string, Moment> ended_;
    std::deque<std::pair<Moment, std::string>> ended_order_;
};

}  // namespace session
