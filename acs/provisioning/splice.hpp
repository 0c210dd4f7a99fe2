#pragma once

#include "provisioning/condition_check.hpp"
#include "provisioning/sql_parser.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace provisioning {

/// A condition with its calls of value() replaced by columns.
struct Spliced {
    std::string sql;                 ///< in parentheses, without comments
    std::vector<std::string> paths;  ///< the parameter behind value_<n> is paths[n - 1]
};

/// Replaces each value('path') of `text` by value_<n>, n by first appearance, and drops comments.
/// `tokens` are those of `text`, `calls` are sorted. Throws Refusal where a call is not value ( 'path' ).
[[nodiscard]] Spliced splice_values(std::string_view text, std::vector<Token> const& tokens,
                                    std::vector<ValueCall> const& calls, std::size_t most_paths);

/// Proves the splice: parses its SQL again and compares the tree with `expression`, the user's, in which value() stands
/// for its column. Throws Refusal when they differ, or when the SQL is not one expression in its parentheses.
void prove_splice(Spliced const& spliced, boost::json::value const& expression);

}  // namespace provisioning
