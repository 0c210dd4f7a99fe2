#pragma once

#include "domain/rule_store.hpp"
#include "provisioning/rule_check.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace provisioning {

/// Which parameters have complete promoted copies: path -> id. The others are looked up one by one.
using PromotedPaths = std::map<std::string, std::int32_t>;

/// All conditions as one statement over a batch of devices, all bodies as another. A rule's number is its index.
/// `name` must differ between sets of rules. Pure; all rules have passed the guard.
[[nodiscard]] domain::RuleStatements compose_rules(std::span<CheckedRule const> rules, PromotedPaths const& promoted,
                                                   std::string name);

/// A condition alone, as if it were that of a rule 0 whose body wants nothing.
[[nodiscard]] domain::RuleStatements compose_condition(GuardedCondition const& condition,
                                                       PromotedPaths const& promoted);

/// Statements that read nothing and fail when PostgreSQL would not take the condition, or the body.
[[nodiscard]] std::string condition_probe(GuardedCondition const& condition);
[[nodiscard]] std::string body_probe(CheckedRule const& rule);

/// All parameters that the conditions read, each once.
[[nodiscard]] std::vector<std::string> paths_read(std::span<CheckedRule const> rules);

}  // namespace provisioning
