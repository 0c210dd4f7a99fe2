#pragma once

#include "domain/failed_tasks.hpp"
#include "support/fake_inventory.hpp"

namespace support {

/// The failed tasks of a FakeInventory.
class FakeFailedTasks final : public domain::FailedTasks {
public:
    ~FakeFailedTasks() override;
    explicit FakeFailedTasks(FakeInventory& inventory) : inventory_{inventory} {}

    base::Awaitable<bool> retry(domain::TaskId id) override
    {
        auto const row = co_await inventory_.find_task(id);
        if (!row || row->task.state != domain::TaskState::failed)
            co_return false;
        inventory_.change(id, [](domain::TaskRow& task) {
            task.task.state = domain::TaskState::queued;
            task.task.attempts = 0;
            task.result.clear();
            task.fault_code.reset();
            task.fault_text.clear();
        });
        co_return true;
    }
    base::Awaitable<bool> remove(domain::TaskId id) override
    {
        auto const row = co_await inventory_.find_task(id);
        if (!row || row->task.state != domain::TaskState::failed)
            co_return false;
        inventory_.forget(id);
        co_return true;
    }

private:
    FakeInventory& inventory_;
};

}  // namespace support
