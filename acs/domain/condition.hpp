#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace domain {

/// A boolean SQL expression over `acs.device` that passed the guard: safe to put into a statement.
struct Condition {
    std::string sql;                 ///< value('path') is spliced into columns value_1, value_2, ...
    std::vector<std::string> paths;  ///< the parameter behind value_<n> is paths[n - 1]
};

/// Checks the SQL that people write (`where=`, later `when`).
class ConditionGuard {
public:
    virtual ~ConditionGuard() = default;
    /// Fails with line, column, reason and a hint. Takes well under a millisecond; may be called from any thread.
    [[nodiscard]] virtual base::Result<Condition> check(std::string_view text) = 0;
};

}  // namespace domain
