#pragma once

#include "base/awaitable.hpp"
#include "domain/wakeup.hpp"

#include <chrono>
#include <memory>
#include <optional>

namespace api {

/// What became of waking a device; none while nobody knows.
using Waking = std::shared_ptr<std::optional<domain::WakeOutcome>>;

/// Begins to wake a device while the caller does something else. `waker` must outlive it.
[[nodiscard]] base::Awaitable<Waking> begin_waking(domain::Waker& waker, domain::DeviceKey device,
                                                   std::chrono::milliseconds most);

}  // namespace api
