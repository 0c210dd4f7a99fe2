#pragma once

#include "domain/condition.hpp"

#include <span>
#include <string>
#include <vector>

namespace provisioning {

using domain::PathSource;
using domain::SearchSql;

/// Composes the search for a condition that passed the guard; `sources[n - 1]` says where value_<n> is found, and there
/// must be one for each path of the condition (std::invalid_argument otherwise).
/// A promoted value longer than 1,024 bytes is not copied to `device_parameter` and reads as NULL; the tree has it.
/// `device_parameter` is found by the connection's search_path unless `schema` names its schema.
[[nodiscard]] SearchSql search_sql(domain::Condition const& condition, std::span<PathSource const> sources,
                                   unsigned first_placeholder = 1, std::string const& schema = "");

/// The statements by which PostgreSQL itself judges a condition, for rules that are kept: does it name columns that
/// exist, is it boolean, do its types fit. They run in one transaction on the primary, which must then be ROLLED BACK.
/// An error of `prepare` is the condition's, not an outage. Nothing is evaluated: there are no rows, and NOT VALID
/// keeps constants from being executed.
struct ProbeStatements {
    std::vector<std::string> prepare;  ///< in order: a temporary, empty table `device` with a CHECK constraint
    std::string inputs;                ///< then a query: one row per column read (value_<n> among them), column `name`
    std::string functions;             ///< then a query: `name`, `volatility` ("i", "s", "v") of each function called
};

/// Composes the probe of a condition that passed the guard.
[[nodiscard]] ProbeStatements probe_statements(domain::Condition const& condition);

}  // namespace provisioning
