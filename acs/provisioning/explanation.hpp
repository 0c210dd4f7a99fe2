#pragma once

#include "domain/rules.hpp"
#include "provisioning/device_plan.hpp"

#include <map>
#include <string>
#include <vector>

namespace provisioning {

/// What an explanation is made of.
struct ExplainedDevice {
    PlanBasis now;    ///< as a periodic Inform would have it
    DevicePlan plan;  ///< of it
    PlanBasis all;    ///< as if the events of all rules came at once
    DevicePlan plan_of_all;
    std::vector<bool> is_due;  ///< by a periodic Inform; by the rule's number
    datamodel::ParameterTree tree;
    std::map<std::string, base::TimePoint> versions_made;  ///< of rules
    std::vector<domain::Quarantine> quarantined;
};

/// `path`: only what is about it or below it. Pure.
[[nodiscard]] domain::RulesExplanation explained(CompiledRules const& compiled, ExplainedDevice device,
                                                 std::string const& path, SecretPredicate const& is_secret);

}  // namespace provisioning
