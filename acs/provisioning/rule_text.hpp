#pragma once

#include "base/result.hpp"
#include "domain/rule.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace provisioning {

/// What one rule's file may be; every limit is finite.
struct RuleTextLimits {
    std::size_t file_bytes = 128 * 1024;
    std::size_t name_bytes = 63;
    std::size_t assignments = 100;  ///< as many as a body may give actions for one device
};

/// Reads a rule's file: a header of comment lines "-- key: value" and, unless it has "-- set:" lines, one SELECT.
///
///     -- rule: wifi-from-crm
///     -- priority: 200
///     -- on: BOOTSTRAP, BOOT, PERIODIC
///     -- when: device.product_class = 'HG-1000'
///     --       and 'residential' = any(device.tags)
///     -- max-age: 1h
///     SELECT device.id, acs.set_value(...) FROM ...
///
/// A header line that begins with "--" and three blanks or more goes on with the one above; "-- #" begins a comment.
/// `file` is only named in problems. Whether the SQL is harmless and right is for the guard and for PostgreSQL to say.
/// Pure. Fails with the first problem.
[[nodiscard]] base::Result<domain::RuleText, domain::RuleProblem>
parse_rule(std::string const& file, std::string_view text, RuleTextLimits const& limits = {});

}  // namespace provisioning
