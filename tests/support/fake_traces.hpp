#pragma once

#include "domain/traces.hpp"

#include <map>
#include <mutex>
#include <utility>

namespace support {

/// Traces and orders in memory. Safe from any thread.
class FakeTraces final : public domain::Traces, public domain::TraceOrders {
public:
    ~FakeTraces() override;
    explicit FakeTraces(base::Clock const& clock) : clock_{clock} {}

    [[nodiscard]] bool wants(domain::DeviceKey device) const noexcept override
    {
        std::scoped_lock const lock{mutex_};
        return in_force(device).has_value();
    }
    void write(std::vector<domain::StoredTrace> const& traces)
    {
        std::scoped_lock const lock{mutex_};
        for (auto const& one : traces) {
            bool const is_ordered = one.is_ordered && in_force(one.device);
            if (is_ordered)
                --orders_.at(one.device.value()).sessions;
            if (is_ordered || one.has_failed)
                files[{one.device, one.session}] = one.file;
        }
    }
    void look() {}

    base::Awaitable<std::optional<std::string>> find(domain::DeviceKey device, domain::SessionId session) override
    {
        std::scoped_lock const lock{mutex_};
        auto const found = files.find({device, session});
        co_return found == files.end() ? std::nullopt : std::optional{found->second};
    }
    base::Awaitable<bool> order(domain::TraceOrder order) override
    {
        std::scoped_lock const lock{mutex_};
        if (orders_.size() >= most && !orders_.contains(order.device.value()))
            co_return false;
        orders_[order.device.value()] = std::move(order);
        co_return true;
    }
    base::Awaitable<std::optional<domain::TraceOrder>> cancel(domain::DeviceKey device) override
    {
        std::scoped_lock const lock{mutex_};
        auto const before = in_force(device);
        orders_.erase(device.value());
        co_return before;
    }
    base::Awaitable<std::optional<domain::TraceOrder>> find_order(domain::DeviceKey device) override
    {
        std::scoped_lock const lock{mutex_};
        co_return in_force(device);
    }

    std::map<std::pair<domain::DeviceKey, domain::SessionId>, std::string> files;
    std::size_t most = most_orders;  ///< orders at once

private:
    [[nodiscard]] std::optional<domain::TraceOrder> in_force(domain::DeviceKey device) const
    {
        auto const found = orders_.find(device.value());
        if (found == orders_.end() || found->second.sessions == 0 || found->second.until <= clock_.now())
            return std::nullopt;
        return found->second;
    }

    base::Clock const& clock_;
    mutable std::mutex mutex_;
    std::map<std::int64_t, domain::TraceOrder> orders_;
};

}  // namespace support
