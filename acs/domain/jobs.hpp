#pragma once

#include "base/awaitable.hpp"
#include "domain/fleet.hpp"
#include "domain/inventory.hpp"
#include "domain/job.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace domain {

struct JobQuery {
    std::optional<std::string> part;  ///< only those that were ordered for this part of the fleet
    std::optional<JobState> state;
    std::int64_t before = 0;  ///< the last id of the page before; 0: from the newest on
    unsigned limit = 100;
};

struct JobTaskQuery {
    std::int64_t job = 0;
    std::optional<TaskState> state;
    std::int64_t after = 0;  ///< the last task of the page before
    unsigned limit = 100;
};

/// What a running job may do now.
struct JobTurn {
    std::int64_t id = 0;
    std::string where, part;
    bool is_list = false;
    bool wakes = false;         ///< devices are woken when their turn comes
    bool has_expired = false;   ///< it is too late for more
    DeviceKey position;         ///< the last device that had its turn
    std::uint32_t devices = 0;  ///< that may have their turn now
};

/// The turns of the next devices.
struct JobStep {
    std::vector<DeviceKey> devices;  ///< something is done to them
    std::uint64_t skipped = 0;       ///< passed over because of their state
    DeviceKey position;              ///< of the last one
    bool is_last = false;            ///< there are no more
    std::string stopped;             ///< why there are no more although some had no turn
};

/// What came of a step.
struct JobProgress {
    bool is_taken = false;  ///< false: somebody else has moved or stopped the job; nothing was done
    std::uint64_t ordered = 0;
    std::uint64_t full = 0;  ///< passed over: as many open tasks, or labels, as a device may have
    std::vector<DeviceKey> to_wake;
};

/// The jobs that there are. Durable on return; throws base::Unavailable.
class Jobs {
public:
    virtual ~Jobs() = default;

    /// `devices`: of an order that names them.
    virtual base::Awaitable<Job> add(JobOrder order, std::vector<DeviceKey> devices) = 0;
    /// The same once more for the devices whose tasks failed or expired. None: there is no such job, or no such task.
    virtual base::Awaitable<std::optional<Job>> retry(std::int64_t id, std::string by) = 0;
    /// The newest first.
    virtual base::Awaitable<std::vector<Job>> list(JobQuery query) = 0;
    virtual base::Awaitable<std::optional<Job>> find(std::int64_t id) = 0;
    /// The commonest first, at most twenty.
    virtual base::Awaitable<std::vector<JobFault>> faults(std::int64_t id) = 0;
    /// By id.
    virtual base::Awaitable<std::vector<TaskRow>> tasks(JobTaskQuery query) = 0;
    /// Between running and paused, and from both to cancelled; others stay as they are. As it is afterwards; none:
    /// there is none. What failed before a job is resumed does not stop it again.
    virtual base::Awaitable<std::optional<Job>> change(std::int64_t id, JobState state) = 0;

    /// The jobs that may go on now and that no other node holds; `node` holds them for some seconds.
    virtual base::Awaitable<std::vector<JobTurn>> turns(unsigned node) = 0;
    /// The named devices after a position.
    virtual base::Awaitable<std::vector<FleetDevice>> named(std::int64_t id, DeviceKey after, unsigned limit) = 0;
    /// Does to these devices what the job is for, and moves it on, in one transaction.
    virtual base::Awaitable<JobProgress> advance(JobTurn turn, JobStep step, unsigned node) = 0;
    /// Jobs that were not looked at for a while and are not over; each is given to one node.
    virtual base::Awaitable<std::vector<JobReview>> reviews() = 0;
    /// Pauses a running job by itself.
    virtual base::Awaitable<void> stop(std::int64_t id, std::string why) = 0;
    /// Keeps the counts of a job for which is_over holds, so that its tasks need not be kept.
    virtual base::Awaitable<void> finish(std::int64_t id) = 0;
    /// Cancels tasks of cancelled jobs that were not begun; how many. Less than `limit`: these were all.
    virtual base::Awaitable<std::uint64_t> cancel_tasks(unsigned limit) = 0;
    /// What became of waking devices.
    virtual base::Awaitable<void> note_wakes(std::int64_t id, std::uint64_t reached, std::uint64_t unreached) = 0;
};

}  // namespace domain
