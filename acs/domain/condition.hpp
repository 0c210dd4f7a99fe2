#pragma once

#include "base/result.hpp"

#include <functional>
#include <span>
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

/// Where a search finds the values of one parameter.
enum class PathSource {
    promoted,  ///< in `device_parameter`: placeholder = the path's id (int). Fast for a fleet.
    tree,      ///< by acs.value(): placeholder = the path's text. 7-26 us a device; also right for paths nobody knows.
};

/// The pieces of a fleet search.
///
///     SELECT device.id, device.serial_number FROM <from> WHERE <where> AND device.id > $3 ORDER BY device.id LIMIT $4
///
/// The placeholder of path n (from 1) is $(first_placeholder + n - 1), so that the caller's own come before or after.
struct SearchSql {
    std::string from;   ///< the view `acs.device` under the name `device`, and a join for each path
    std::string where;  ///< in parentheses of its own
};

/// Composes the search for a condition; `sources[n - 1]` says where value_<n> is found, one for each path.
using SearchComposer = std::function<SearchSql(Condition const& condition, std::span<PathSource const> sources,
                                               unsigned first_placeholder)>;

}  // namespace domain
