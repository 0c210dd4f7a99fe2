#pragma once

#include "base/counters.hpp"
#include "provisioning/rule_runner.hpp"
#include "provisioning/wake_queue.hpp"

#include <chrono>
#include <cstddef>

namespace provisioning {

/// Runs the rules for pending devices: those that they enrol become active and are woken, and the audit trail says by
/// which rule. Every node may do it; each device is enrolled once. Lives on one thread.
class PendingEnroller {
public:
    struct Parts {
        RuleRunner& runner;
        domain::RuleStore& rules;
        domain::SweepStore& sweep;
        WakeQueue& wakes;
        base::Metrics& metrics;
    };
    /// All must outlive this and the thread.
    explicit PendingEnroller(Parts parts);

    /// Looks at all pending devices once; how many were enrolled.
    base::Awaitable<std::size_t> look();
    /// Does so every `pause`; never returns. What fails is logged and tried again.
    base::Awaitable<void> run(std::chrono::milliseconds pause);

private:
    base::Awaitable<std::size_t> look_at(std::shared_ptr<CompiledRules const> compiled,
                                         std::vector<domain::DeviceKey> devices);
    base::Awaitable<std::size_t> enrol(std::string rule, std::vector<domain::DeviceKey> devices);

    Parts parts_;
    base::Counter& enrolled_;
};

}  // namespace provisioning
