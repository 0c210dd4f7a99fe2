#pragma once

#include "base/awaitable.hpp"
#include "domain/ids.hpp"

namespace domain {

/// What people do about tasks that failed. Durable on return; throws base::Unavailable.
class FailedTasks {
public:
    virtual ~FailedTasks() = default;

    /// The task runs again from its beginning, as it was ordered; nothing of its failure is kept with it. False: there
    /// is no such task that failed.
    virtual base::Awaitable<bool> retry(TaskId id) = 0;
    /// The task is forgotten. False: there is no such task that failed.
    virtual base::Awaitable<bool> remove(TaskId id) = 0;
};

}  // namespace domain
