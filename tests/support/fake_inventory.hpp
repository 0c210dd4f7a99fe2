#pragma once

#include "base/clock.hpp"
#include "base/unavailable.hpp"
#include "cwmp/path.hpp"
#include "domain/fleet.hpp"
#include "domain/inventory.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace support {

/// The inventory in memory. `where` is understood as far as FakeGuard writes it: the SQL is a product class.
/// Safe from several threads.
class FakeInventory final : public domain::Inventory, public domain::Fleet {
public:
    ~FakeInventory() override;
    /// What search() answers with when it is set: a refusal by the database.
    std::string search_refusal;
    /// Every call throws base::Unavailable while it is set.
    bool is_away = false;

    void add(domain::DeviceRow device)
    {
        std::scoped_lock const lock{mutex_};
        devices_[device.key.value()] = std::move(device);
    }
    void add(domain::DeviceKey device, domain::ParameterRow parameter)
    {
        std::scoped_lock const lock{mutex_};
        parameters_[device.value()][parameter.path] = std::move(parameter);
    }
    void set_wake_credentials(domain::DeviceKey device, std::vector<WakeCredentials> credentials)
    {
        std::scoped_lock const lock{mutex_};
        wake_credentials_[device.value()] = std::move(credentials);
    }
    /// Notes that the device informed.
    void set_last_inform(domain::DeviceKey device, base::TimePoint at)
    {
        std::scoped_lock const lock{mutex_};
        devices_.at(device.value()).last_inform = at;
    }
    /// Changes a task and wakes those who wait for it.
    void change(domain::TaskId id, std::function<void(domain::TaskRow&)> const& change)
    {
        std::scoped_lock const lock{mutex_};
        change(tasks_.at(id.value()));
        for (auto const& waiter : waiters_)
            boost::asio::post(waiter->get_executor(), [waiter] { waiter->cancel(); });
    }
    void forget(domain::TaskId id)
    {
        std::scoped_lock const lock{mutex_};
        tasks_.erase(id.value());
    }
    [[nodiscard]] std::vector<domain::TaskRow> all_tasks() const
    {
        std::scoped_lock const lock{mutex_};
        std::vector<domain::TaskRow> rows;
        for (auto const& [id, row] : tasks_)
            rows.push_back(row);
        return rows;
    }

    base::Awaitable<std::vector<domain::DeviceKey>> matching(std::vector<domain::DeviceKey> keys,
                                                             domain::Condition condition) override
    {
        auto const lock = enter();
        std::erase_if(keys, [&](domain::DeviceKey key) {
            auto const device = devices_.find(key.value());
            return device == devices_.end() || condition.sql != device->second.identity.product_class;
        });
        co_return keys;
    }

    base::Awaitable<base::Result<std::vector<domain::DeviceRow>>>
    search(std::optional<domain::Condition> where, domain::DeviceKey after, unsigned limit) override
    {
        auto const lock = enter();
        if (!search_refusal.empty())
            co_return base::fail(search_refusal);
        std::vector<domain::DeviceRow> found;
        for (auto device = devices_.upper_bound(after.value()); device != devices_.end() && found.size() < limit;
             ++device)
            if (!where || where->sql == device->second.identity.product_class)
                found.push_back(device->second);
        co_return found;
    }
    base::Awaitable<base::Result<std::uint64_t>> count(std::optional<domain::Condition> where) override
    {
        auto const found = co_await search(std::move(where), domain::DeviceKey{}, UINT32_MAX);
        if (!found)
            co_return base::fail(found.error().what);
        co_return found->size();
    }
    base::Awaitable<base::Result<std::vector<domain::TagCount>>> tags(std::optional<domain::Condition> where,
                                                                      std::string after, unsigned limit) override
    {
        auto const found = co_await search(std::move(where), domain::DeviceKey{}, UINT32_MAX);
        if (!found)
            co_return base::fail(found.error().what);
        std::map<std::string, std::uint64_t> counts;
        for (auto const& device : *found)
            for (auto const& tag : device.tags)
                ++counts[tag];
        std::vector<domain::TagCount> list;
        for (auto each = counts.upper_bound(after); each != counts.end() && list.size() < limit; ++each)
            list.push_back({each->first, each->second});
        co_return list;
    }
    base::Awaitable<base::Result<std::vector<domain::FleetDevice>>>
    walk(std::optional<domain::Condition> where, domain::DeviceKey after, unsigned limit) override
    {
        auto const found = co_await search(std::move(where), after, limit);
        if (!found)
            co_return base::fail(found.error().what);
        std::vector<domain::FleetDevice> devices;
        for (auto const& device : *found)
            devices.push_back({device.key, device.state});
        co_return devices;
    }
    base::Awaitable<std::vector<std::optional<domain::DeviceKey>>>
    resolve(std::vector<cwmp::DeviceId> identities) override
    {
        std::vector<std::optional<domain::DeviceKey>> keys;
        for (auto const& identity : identities) {
            auto const device = co_await find(identity);
            keys.push_back(device ? std::optional{device->key} : std::nullopt);
        }
        co_return keys;
    }
    base::Awaitable<std::optional<domain::DeviceRow>> find(cwmp::DeviceId identity) override
    {
        auto const lock = enter();
        for (auto const& [key, device] : devices_)
            if (device.identity.oui == identity.oui && device.identity.product_class == identity.product_class &&
                device.identity.serial_number == identity.serial_number)
                co_return device;
        co_return std::nullopt;
    }
    base::Awaitable<std::optional<domain::DeviceRow>> find(domain::DeviceKey key) override
    {
        auto const lock = enter();
        auto const found = devices_.find(key.value());
        co_return found == devices_.end() ? std::nullopt : std::optional{found->second};
    }
    base::Awaitable<domain::InventoryTotals> totals() override
    {
        auto const lock = enter();
        auto const open =
            std::ranges::count_if(tasks_, [](auto const& task) { return !domain::is_final(task.second.task.state); });
        co_return domain::InventoryTotals{devices_.size(), static_cast<std::uint64_t>(open), 0};
    }
    base::Awaitable<std::vector<domain::ParameterRow>> parameters(domain::DeviceKey device, std::string below,
                                                                  std::string after, unsigned limit,
                                                                  domain::Secrets secrets) override
    {
        auto const lock = enter();
        std::vector<domain::ParameterRow> found;
        auto const& all = parameters_[device.value()];
        for (auto row = all.upper_bound(after); row != all.end() && found.size() < limit; ++row)
            if (cwmp::covers(below, row->first))
                found.push_back(row->second);
        for (auto& row : found)
            if (row.is_secret && secrets == domain::Secrets::withheld)
                row.value.reset();
        co_return found;
    }

    base::Awaitable<std::uint64_t> open_tasks(domain::DeviceKey device) override
    {
        auto const lock = enter();
        co_return static_cast<std::uint64_t>(std::ranges::count_if(tasks_, [device](auto const& task) {
            return task.second.task.device == device && !domain::is_final(task.second.task.state);
        }));
    }
    base::Awaitable<domain::TaskRow> add_task(domain::Task task) override
    {
        auto const lock = enter();
        if (auto const known = tasks_.find(task.id.value()); known != tasks_.end())
            co_return known->second;
        if (task.id.value() == 0)
            task.id = domain::TaskId{last_task_ + 1};
        last_task_ = std::max(last_task_, task.id.value());
        auto const id = task.id.value();
        domain::TaskRow row{};
        row.updated = task.created;
        row.identity = devices_.at(task.device.value()).identity;
        row.task = std::move(task);
        co_return tasks_[id] = std::move(row);
    }
    base::Awaitable<std::optional<domain::TaskRow>> find_task(domain::TaskId id) override
    {
        auto const lock = enter();
        co_return look_up(id);
    }
    base::Awaitable<std::vector<domain::TaskRow>> tasks(domain::TaskQuery query) override
    {
        auto const lock = enter();
        std::vector<domain::TaskRow> found;
        for (auto row = tasks_.upper_bound(query.after); row != tasks_.end() && found.size() < query.limit; ++row)
            if ((!query.device || *query.device == row->second.task.device) &&
                (!query.state || *query.state == row->second.task.state))
                found.push_back(row->second);
        co_return found;
    }
    base::Awaitable<std::optional<domain::TaskRow>> cancel_task(domain::TaskId id) override
    {
        auto const lock = enter();
        auto const found = tasks_.find(id.value());
        if (found != tasks_.end() && found->second.task.state == domain::TaskState::queued)
            found->second.task.state = domain::TaskState::cancelled;
        co_return look_up(id);
    }
    base::Awaitable<std::optional<domain::TaskRow>> wait_for_task(domain::TaskId id,
                                                                  std::chrono::milliseconds most) override
    {
        auto const timer = std::make_shared<boost::asio::steady_timer>(co_await boost::asio::this_coro::executor, most);
        auto row = begin_wait(id, timer);
        while (row && !domain::is_final(row->task.state)) {
            auto const [expired] = co_await timer->async_wait(base::as_tuple);
            row = locked_look_up(id);
            if (!expired)
                break;
        }
        end_wait(timer);
        co_return row;
    }

    base::Awaitable<std::vector<WakeCredentials>> wake_credentials(domain::DeviceKey device) override
    {
        auto const lock = enter();
        co_return wake_credentials_[device.value()];
    }
    base::Awaitable<std::optional<base::TimePoint>> last_inform(domain::DeviceKey device) override
    {
        auto const lock = enter();
        auto const found = devices_.find(device.value());
        co_return found == devices_.end() ? std::nullopt : found->second.last_inform;
    }

private:
    using Timer = std::shared_ptr<boost::asio::steady_timer>;

    [[nodiscard]] std::unique_lock<std::mutex> enter() const
    {
        if (is_away)
            throw base::Unavailable{"the database does not answer"};
        return std::unique_lock{mutex_};
    }
    [[nodiscard]] std::optional<domain::TaskRow> look_up(domain::TaskId id) const
    {
        auto const found = tasks_.find(id.value());
        return found == tasks_.end() ? std::nullopt : std::optional{found->second};
    }
    [[nodiscard]] std::optional<domain::TaskRow> locked_look_up(domain::TaskId id) const
    {
        auto const lock = enter();
        return look_up(id);
    }
    [[nodiscard]] std::optional<domain::TaskRow> begin_wait(domain::TaskId id, Timer const& timer)
    {
        auto const lock = enter();
        waiters_.push_back(timer);
        return look_up(id);
    }
    void end_wait(Timer const& timer)
    {
        std::scoped_lock const lock{mutex_};
        waiters_.remove(timer);
    }

    mutable std::mutex mutex_;
    std::map<std::int64_t, domain::DeviceRow> devices_;
    std::map<std::int64_t, std::map<std::string, domain::ParameterRow>> parameters_;
    std::map<std::int64_t, domain::TaskRow> tasks_;
    std::map<std::int64_t, std::vector<WakeCredentials>> wake_credentials_;
    std::list<Timer> waiters_;
    std::int64_t last_task_ = 0;
};

}  // namespace support
