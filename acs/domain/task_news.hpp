#pragma once

#include "domain/ids.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

namespace domain {

/// Which devices tasks were ordered for of late: what a live session looks at before it ends, without asking the
/// database. Safe from any thread.
class TaskNews {
public:
    using Moment = std::chrono::steady_clock::time_point;

    static constexpr std::size_t most = 100'000;           ///< tasks remembered; the oldest are forgotten first
    static constexpr std::chrono::minutes remembered{10};  ///< how long one is remembered

    /// A task was stored; `is_person`: somebody waits for it. The same one may be announced several times.
    void announce(DeviceKey device, TaskId task, bool is_person, Moment now = std::chrono::steady_clock::now());

    /// A number that grows with each task announced for the device; 0 when none was of late.
    [[nodiscard]] std::uint64_t newest(DeviceKey device) const;

    /// True for the first who asks after a person's task was announced: the device is to be woken for it once.
    [[nodiscard]] bool claim_wake(DeviceKey device);

private:
    struct Entry {
        std::uint64_t number = 0;
        bool wants_wake = false;
    };
    struct Order {
        Moment at;
        DeviceKey device;
        TaskId task;
        std::uint64_t number = 0;
    };
    void forget_old(Moment now);

    mutable std::mutex mutex_;
    std::uint64_t count_ = 0;
    std::unordered_map<std::int64_t, Entry> devices_;
    std::unordered_set<std::int64_t> tasks_;
    std::deque<Order> order_;
};

}  // namespace domain
