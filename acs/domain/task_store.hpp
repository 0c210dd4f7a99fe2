#pragma once

#include "base/awaitable.hpp"
#include "domain/task.hpp"

#include <vector>

namespace domain {

/// The tasks as a session sees them: batched and fenced like SessionStore.
class TaskStore {
public:
    virtual ~TaskStore() = default;

    /// The open tasks of a device that a session may act on: queued and due, sent, waiting or unknown; at most 64,
    /// by priority, then age. Expired ones are left out (and become `expired` by the way).
    virtual base::Awaitable<std::vector<Task>> open_tasks(DeviceKey device) = 0;

    /// Writes a task's new standing. Durable on return. False: the epoch is stale (another Inform won) or the task was
    /// cancelled meanwhile; nothing was written and the session must not go on as if it had been.
    virtual base::Awaitable<bool> update(TaskUpdate change) = 0;

    /// Adds a task that the session itself orders (discovery). Two open ones of the same kind and origin are merged.
    virtual base::Awaitable<void> add(Task task) = 0;
};

}  // namespace domain
