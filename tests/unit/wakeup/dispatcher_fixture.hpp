#pragma once

#include "fake_timers.hpp"
#include "support/fake_inventory.hpp"
#include "support/fake_reachability.hpp"
#include "support/hand_clock.hpp"
#include "wakeup/dispatcher.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace test {

using namespace std::chrono_literals;
using domain::DeviceKey;
using domain::Priority;
using domain::WakeResult;
using testing::HasSubstr;

/// A way of waking that does what a test says, and takes as long.
class FakeMethod final : public wakeup::WakeMethod {
public:
    FakeMethod(std::string name, FakeTimers& timers) : name_{std::move(name)}, timers_{timers} {}

    std::string missing;       ///< why it does not apply; empty: it does
    bool needs_login = false;  ///< it does not apply without one
    wakeup::Asked answer{.is_sent = true};
    std::chrono::milliseconds takes{10};
    std::function<void(DeviceKey)> on_ask;  ///< what the device does then
    std::vector<DeviceKey> asked;
    std::size_t at_work = 0;
    std::size_t most_at_work = 0;

    [[nodiscard]] std::string_view name() const noexcept override { return name_; }
    [[nodiscard]] bool applies(wakeup::WakeTarget const& target, std::string& why) const override
    {
        why = needs_login && target.logins.empty() ? "no login is known" : missing;
        return why.empty();
    }
    base::Awaitable<wakeup::Asked> ask(wakeup::WakeTarget target, std::chrono::steady_clock::time_point) override
    {
        asked.push_back(target.device.key);
        most_at_work = std::max(most_at_work, ++at_work);
        auto const timer = timers_.make();
        co_await timer->wait_until(timers_.now() + takes);
        --at_work;
        if (on_ask)
            on_ask(target.device.key);
        co_return answer;
    }

private:
    std::string name_;
    FakeTimers& timers_;
};

/// A dispatcher with two methods whose time passes in no time.
class DispatcherTest : public testing::Test {
protected:
    DispatcherTest()
    {
        http.on_ask = [this](DeviceKey device) { inform(device); };
        for (int number = 1; number <= 5; ++number)
            add(DeviceKey{number}, "192.0.2." + std::to_string(number));
    }

    void add(DeviceKey key, std::string address)
    {
        domain::DeviceRow device;
        device.key = key;
        device.identity = {"Acme", "00D09E", "HG", "S" + std::to_string(key.value())};
        device.ip_address = std::move(address);
        device.last_inform = clock.now() - 1h;
        inventory.add(device);
    }
    void inform(DeviceKey device)
    {
        store.informs[device] = clock.now() + ++informed * 1ms;
        inventory.set_last_inform(device, store.informs[device]);
    }
    base::Awaitable<void> sleep(std::chrono::milliseconds time)
    {
        auto const timer = timers.make();
        co_await timer->wait_until(timers.now() + time);
    }

    wakeup::Dispatcher& dispatcher()
    {
        if (!dispatcher_)
            dispatcher_ = std::make_unique<wakeup::Dispatcher>(
                wakeup::DispatcherParts{
                    inventory, store, live, clock, metrics, context.get_executor(), timers, {&http, &udp}, nullptr},
                limits);
        return *dispatcher_;
    }
    using Waiting = std::shared_ptr<FakeTimers::Ended<domain::WakeOutcome>>;
    Waiting start(DeviceKey device, domain::WakeWish wish = {})
    {
        return timers.start(dispatcher().wake(device, wish));
    }
    domain::WakeOutcome wake(DeviceKey device, domain::WakeWish wish = {})
    {
        return timers.run(dispatcher().wake(device, wish));
    }
    domain::WakeOutcome outcome(Waiting const& waiting)
    {
        while (!waiting->is_over && timers.step()) {
        }
        return waiting->value.value();
    }
    std::uint64_t counted(std::string_view labels)
    {
        for (auto const& reading : metrics.read())
            if (reading.name == "acs_wake_attempts_total" && reading.labels == labels)
                return static_cast<std::uint64_t>(reading.value);
        return 0;
    }

    DeviceKey const one{1}, two{2}, three{3};
    boost::asio::io_context context{1};
    FakeTimers timers{context};
    support::HandClock clock;
    support::FakeInventory inventory;
    support::FakeReachability store;
    support::FakeLiveDevices live;
    base::Metrics metrics;
    wakeup::DispatchLimits limits;
    FakeMethod http{"http", timers};
    FakeMethod udp{"udp", timers};
    int informed = 0;

private:
    std::unique_ptr<wakeup::Dispatcher> dispatcher_;
};

}  // namespace test
