#pragma once

#include "base/result.hpp"
#include "domain/condition.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace provisioning {

/// What one condition may ask of us; every limit is finite.
struct GuardLimits {
    std::size_t text_bytes = 16 * 1024;
    std::size_t tokens = 4'000;                  ///< words, constants and signs, as PostgreSQL's scanner counts them
    std::size_t nesting = 300;                   ///< expressions within expressions; AND and OR chains count once
    std::size_t paths = 32;                      ///< different parameters read; each is one more join
    std::size_t path_bytes = 256;                ///< the longest parameter path of TR-069
    std::size_t pattern_bytes = 1'000;           ///< of one LIKE pattern or regular expression
    std::size_t number_characters = 40;          ///< of one numeric constant
    std::size_t growth = 16;                     ///< how many times replace() and regexp_replace() may lengthen a text
    std::size_t stack_bytes = 64 * 1024 * 1024;  ///< of the thread that parses; libpg_query does not check its stack
};

/// True for a parameter whose value must not be searched for (passwords, keys): `cwmp::is_secret_path`.
using SecretPredicate = std::function<bool(std::string_view path)>;

/// Why a condition was refused, for the person who wrote it.
struct GuardError {
    unsigned line = 1;    ///< from 1
    unsigned column = 1;  ///< in characters, from 1
    std::string reason;   ///< "the function pg_sleep is not allowed"
    std::string hint;     ///< a whole sentence: what to write instead

    /// "line 1, column 7: the function pg_sleep is not allowed. Conditions may call ..."
    [[nodiscard]] std::string text() const;
};

/// A boolean SQL expression over the columns of `acs.device` that is safe to put into a statement of our own.
struct GuardedCondition {
    /// The expression in parentheses of its own, without comments, with value('path') spliced into the column
    /// value_<n>. It means the same wherever an expression may stand, on a session with standard_conforming_strings =
    /// on.
    std::string sql;
    std::vector<std::string> paths;    ///< the parameter behind value_<n> is paths[n - 1]
    std::vector<std::string> columns;  ///< the columns of `acs.device` that it reads, sorted
    bool time_dependent = false;       ///< its outcome may change while the device does not: it reads the clock
    bool uses_tags = false;            ///< it reads the column `tags`
};

/// Reads one boolean SQL expression such as
///     device.product_class = 'HG-1000' and 'residential' = any(tags) and acs.number(value('Device.X.Level')) > 3
/// and proves that it is only that: PostgreSQL's own parser takes it, and every node, column, function, operator and
/// type in it is on a list of harmless ones. Columns may be written with or without `device.`; NULL behaves as
/// everywhere in SQL (a parameter that a device does not have is NULL). There are no sub-selects. Texts that devices
/// report are cast with acs.number(), acs.time() and acs.inet() only, which give NULL for nonsense: one device must not
/// fail a statement.
///
/// Pure. It works on a short-lived thread of its own with a large stack and waits for it, well under a millisecond for
/// texts that people write, some milliseconds for the longest; safe from any thread. Whether the expression is boolean
/// and its types fit is for PostgreSQL to say (PREPARE, or `probe_statements`).
/// Throws base::Unavailable when no thread can be started.
[[nodiscard]] base::Result<GuardedCondition, GuardError>
guard_condition(std::string_view text, SecretPredicate const& is_secret, GuardLimits const& limits = {});

/// The guard as the API and the rules know it.
class Guard final : public domain::ConditionGuard {
public:
    explicit Guard(SecretPredicate is_secret, GuardLimits limits = {})
        : is_secret_{std::move(is_secret)}, limits_{limits}
    {
    }

    /// `guard_condition`, the failure as one text with line, column, reason and hint.
    [[nodiscard]] base::Result<domain::Condition> check(std::string_view text) override;

private:
    SecretPredicate is_secret_;
    GuardLimits limits_;
};

}  // namespace provisioning
