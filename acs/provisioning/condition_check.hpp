#pragma once

#include "provisioning/guard.hpp"

#include <boost/json/value.hpp>

#include <set>
#include <string>
#include <vector>

namespace provisioning {

/// One value('path') of a condition.
struct ValueCall {
    std::size_t offset;  ///< byte of the user's text where it begins
    std::string path;
};

/// What a harmless condition reads.
struct ConditionFacts {
    std::vector<ValueCall> calls;   ///< in the order of the text
    std::set<std::string> columns;  ///< of `acs.device`
    bool reads_clock = false;
};

/// Walks the tree of an expression and throws Refusal at the first thing that is not on a list of harmless ones.
/// `text_start` is the byte of the parsed SQL at which the user's text begins.
[[nodiscard]] ConditionFacts check_condition(boost::json::value const& expression, std::size_t text_start,
                                             SecretPredicate const& is_secret, GuardLimits const& limits);

/// True for a node that is a call of value(), whatever its arguments.
[[nodiscard]] bool is_value_call(boost::json::value const& node);

}  // namespace provisioning
