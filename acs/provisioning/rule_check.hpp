#pragma once

#include "base/result.hpp"
#include "domain/rule.hpp"
#include "provisioning/body.hpp"
#include "provisioning/guard.hpp"

namespace provisioning {

/// A rule whose SQL passed the guard.
struct CheckedRule {
    domain::RuleText rule;
    GuardedCondition when;  ///< "(true)" when the rule says nothing
    GuardedBody body;       ///< of assignments: the SELECT that they stand for
};

/// Guards the condition and the body, or the assignments, of a rule that was read from `file`. Fails with the place in
/// the file. Threads as `guard_condition`.
[[nodiscard]] base::Result<CheckedRule, domain::RuleProblem> check_rule(std::string const& file, domain::RuleText rule,
                                                                        SecretPredicate const& is_secret,
                                                                        TablePredicate const& may_read);

}  // namespace provisioning
