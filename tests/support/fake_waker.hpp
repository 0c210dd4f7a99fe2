#pragma once

#include "domain/wakeup.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace support {

/// Notes who was to be woken and answers as told.
class FakeWaker final : public domain::Waker {
public:
    ~FakeWaker() override;
    domain::WakeOutcome outcome{true, ""};
    std::vector<domain::DeviceKey> woken;
    domain::WakeWish wish;                           ///< of the last call
    std::function<void(domain::DeviceKey)> on_wake;  ///< what the device does then

    /// How often somebody was to be woken; from any thread.
    [[nodiscard]] std::size_t calls() const noexcept { return calls_; }

    base::Awaitable<domain::WakeOutcome> wake(domain::DeviceKey device, domain::WakeWish wanted) override
    {
        woken.push_back(device);
        ++calls_;
        wish = wanted;
        if (on_wake)
            on_wake(device);
        co_return outcome;
    }

private:
    std::atomic<std::size_t> calls_{0};
};

}  // namespace support
