#pragma once

#include "base/counters.hpp"
#include "domain/event_tail.hpp"
#include "storage/connection.hpp"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace storage {

struct EventWatchSettings {
    ConnectionSettings connection;
    std::chrono::milliseconds interval{250};           ///< between two looks
    std::chrono::milliseconds notify_interval{1'000};  ///< between two notifications on the channel acs_events
    unsigned at_once = 1'000;                          ///< events read by one statement
};

/// Follows the log of events for this node: reads what is new into the tail while somebody follows it. One node of all,
/// the holder of an advisory lock, tells listeners on the channel `acs_events` that there is something new, at most
/// once in a while: what writes events notifies nobody, for that would have all commits wait for each other.
class EventWatch {
public:
    EventWatch(EventWatchSettings settings, domain::EventTail& tail, base::Metrics& metrics);
    ~EventWatch();  ///< stops
    EventWatch(EventWatch const&) = delete;
    EventWatch& operator=(EventWatch const&) = delete;

    void start();
    void stop();

    /// One look on the calling thread. Throws what libpqxx throws.
    void look();

private:
    void loop();
    void read_on(pqxx::transaction_base& transaction);
    void tell_listeners(pqxx::transaction_base& transaction);
    static void warn_of_events_ahead(pqxx::transaction_base& transaction);

    EventWatchSettings settings_;
    domain::EventTail& tail_;
    base::Counter& read_;
    base::Gauge& behind_;
    std::unique_ptr<pqxx::connection> connection_;  ///< keeps the lock
    bool leads_ = false;
    std::optional<domain::EventPosition> told_;  ///< what listeners were told up to
    std::chrono::steady_clock::time_point next_telling_{};
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace storage
