#include "domain/task_news.hpp"

#include <utility>

namespace domain {

void TaskNews::announce(DeviceKey device, TaskId task, bool is_person, Moment now)
{
    std::scoped_lock const lock{mutex_};
    forget_old(now);
    if (!tasks_.insert(task.value()).second)
        return;
    auto& entry = devices_[device.value()];
    entry.number = ++count_;
    entry.wants_wake = entry.wants_wake || is_person;
    order_.push_back({now, device, task, count_});
}

std::uint64_t TaskNews::newest(DeviceKey device) const
{
    std::scoped_lock const lock{mutex_};
    auto const found = devices_.find(device.value());
    return found == devices_.end() ? 0 : found->second.number;
}

bool TaskNews::claim_wake(DeviceKey device)
{
    std::scoped_lock const lock{mutex_};
    auto const found = devices_.find(device.value());
    return found != devices_.end() && std::exchange(found->second.wants_wake, false);
}

void TaskNews::forget_old(Moment now)
{
    while (!order_.empty() && (order_.size() >= most || now - order_.front().at > remembered)) {
        auto const& oldest = order_.front();
        tasks_.erase(oldest.task.value());
        auto const device = devices_.find(oldest.device.value());
        if (device != devices_.end() && device->second.number == oldest.number)
            devices_.erase(device);
        order_.pop_front();
    }
}

}  // namespace domain
