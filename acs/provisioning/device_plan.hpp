#pragma once

#include "domain/rule_plan.hpp"
#include "provisioning/outcome.hpp"
#include "provisioning/rule_runner.hpp"

#include <vector>

namespace provisioning {

/// What rules make of a device that tells nothing new: decided by what decides in sessions.
struct DevicePlan {
    domain::RuleVerdict verdict;
    domain::RuleRound round;  ///< the first one of the session; `states` are of the verdict's wishes
};

/// What is needed for a plan before the device's parameters are known.
struct PlanBasis {
    RuleRunner::Evaluation evaluation;
    domain::RuleVerdict verdict;
};

/// A finding taken for the rules that `is_due` names; what others wanted before stays. Rules that were not applied yet
/// have given up nothing. Pure.
[[nodiscard]] PlanBasis basis_of(CompiledRules const& compiled, domain::KeptOutcome kept, domain::RuleFinding finding,
                                 std::vector<bool> const& is_due, base::TimePoint now);

/// What must be known of the device to judge the verdict: parameters; an object where instances of a table matter.
[[nodiscard]] std::vector<std::string> paths_needed(domain::RuleVerdict const& verdict);

/// What a session would do to the device that has these parameters. Pure.
[[nodiscard]] DevicePlan plan_of(domain::RuleVerdict verdict, datamodel::ParameterTree const& tree,
                                 base::TimePoint now);

/// The RPCs of a round in their order; secrets masked.
[[nodiscard]] std::vector<domain::PlannedRpc> rpcs_of(domain::RuleRound const& round, SecretPredicate const& is_secret);

}  // namespace provisioning
