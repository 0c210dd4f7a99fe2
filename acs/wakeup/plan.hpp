#pragma once

#include "base/clock.hpp"
#include "wakeup/wake_method.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace wakeup {

/// By which methods a device is asked, in this order, and which do not apply to it.
struct Plan {
    struct Other {
        std::string name;
        std::string why;  ///< it does not apply
    };
    std::vector<WakeMethod*> methods;
    std::vector<Other> others;
};

/// What worked for this device last comes first, else what works for its model, else the order of `methods`; but HTTP
/// comes last of all to a device that seems to be behind a NAT.
[[nodiscard]] Plan plan_of(std::span<WakeMethod* const> methods, WakeTarget const& target,
                           domain::WakeFacts const& facts);

/// How long automation leaves a device alone that was asked in vain: twice as long after each time.
struct Backoff {
    std::chrono::seconds first{60};
    std::chrono::seconds longest{6 * 3600};
    std::uint32_t most = 10;  ///< wake-ups in vain; then it has to come by itself once
};

/// Why automation does not ask the device now; empty: it does. An Inform since the last failure forgives everything.
[[nodiscard]] std::string postponed(Backoff const& backoff, domain::Reachability const& known,
                                    std::optional<base::TimePoint> last_inform, base::TimePoint now);

/// When the device comes by itself, if that is known.
[[nodiscard]] std::optional<base::TimePoint> next_inform(domain::WakeFacts const& facts,
                                                         std::optional<base::TimePoint> last_inform);
/// What happens when it is not reached: a sentence.
[[nodiscard]] std::string outlook(std::optional<base::TimePoint> next_inform, base::TimePoint now);

}  // namespace wakeup
