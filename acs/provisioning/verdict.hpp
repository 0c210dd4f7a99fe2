#pragma once

#include "provisioning/rule_runner.hpp"

namespace provisioning {

/// What an evaluation comes to for a device: of its levels those that count, of what is done once what was not done.
/// Pure.
[[nodiscard]] domain::RuleVerdict verdict_of(CompiledRules const& compiled, domain::DeviceKey device,
                                             RuleRunner::Evaluation evaluation, base::TimePoint now);

}  // namespace provisioning
