#pragma once

#include "base/awaitable.hpp"
#include "domain/condition.hpp"
#include "domain/fleet.hpp"
#include "domain/rotations.hpp"

#include <chrono>

namespace identity {

/// Makes the tasks of rotations, at their rates. Every node may run one: who is slower finds the work done.
class RotationRunner {
public:
    /// All must outlive the coroutine.
    RotationRunner(domain::Rotations& rotations, domain::Fleet& fleet, domain::ConditionGuard& guard)
        : rotations_{rotations}, fleet_{fleet}, guard_{guard}
    {
    }

    /// Until its io_context ends: one step each `interval`.
    base::Awaitable<void> run(std::chrono::milliseconds interval);
    /// What may be done now.
    base::Awaitable<void> step();

private:
    base::Awaitable<void> take(domain::RotationTurn turn);

    domain::Rotations& rotations_;
    domain::Fleet& fleet_;
    domain::ConditionGuard& guard_;
};

}  // namespace identity
