#pragma once

#include "base/awaitable.hpp"
#include "base/counters.hpp"
#include "domain/condition.hpp"
#include "domain/fleet.hpp"
#include "domain/inventory.hpp"
#include "domain/jobs.hpp"
#include "domain/wakeup.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

namespace campaign {

/// What jobs work with. All must outlive the runner and its thread.
struct JobParts {
    domain::Jobs& jobs;
    domain::Fleet& fleet;
    domain::Inventory& inventory;
    domain::ConditionGuard& guard;
    domain::Waker& waker;
    base::Metrics& metrics;
};

struct JobSettings {
    unsigned node = 0;
    std::size_t wakes_at_once = 200;              ///< that wait for their Inform, or for their turn to be asked
    std::size_t wakes_waiting = 1'000;            ///< devices; beyond it jobs that wake wait
    std::chrono::milliseconds wake_time{30'000};  ///< until the Inform
    unsigned cancelled_at_once = 1'000;           ///< tasks, in one statement
    unsigned cancelling = 20;                     ///< such statements in a step
    unsigned most_failures = 10;                  ///< of a job's steps in a row; then it stops
};

/// Moves jobs on, at their rates. Every node runs one; each job is moved by one of them. Lives on one thread.
class JobRunner {
public:
    JobRunner(JobParts parts, JobSettings settings);

    /// Until its io_context ends: one step each `interval`.
    base::Awaitable<void> run(std::chrono::milliseconds interval);
    /// What may be done now. Devices are woken in the background.
    base::Awaitable<void> step();

private:
    struct Wake {
        std::int64_t job = 0;
        domain::DeviceKey device;
    };
    struct Reached {
        std::uint64_t yes = 0, no = 0;
    };

    base::Awaitable<void> take_or_stop(domain::JobTurn turn);
    base::Awaitable<void> take(domain::JobTurn turn);
    base::Awaitable<void> stop(std::int64_t job, std::string why);
    base::Awaitable<base::Result<domain::FleetPage>> devices_of(domain::JobTurn const& turn);
    base::Awaitable<base::Result<domain::FleetPage>> named_devices(domain::JobTurn const& turn);
    base::Awaitable<void> end_cancelled();
    base::Awaitable<void> review();
    base::Awaitable<void> note_wakes();
    base::Awaitable<void> wake_waiting();
    base::Awaitable<void> wake(Wake next);
    [[nodiscard]] std::size_t room() const noexcept;

    JobParts parts_;
    JobSettings settings_;
    base::Counter& ordered_;
    base::Counter& skipped_;
    base::Counter& stopped_;
    base::Counter& woken_;
    std::deque<Wake> waiting_;
    std::map<std::int64_t, Reached> reached_;    ///< what is not written down yet
    std::map<std::int64_t, unsigned> failures_;  ///< of jobs, since their last step that was done
    std::size_t in_flight_ = 0;
};

}  // namespace campaign
