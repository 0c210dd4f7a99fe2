#pragma once

#include "cli/session.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace cli {

/// The list of that name; empty when there is none.
[[nodiscard]] boost::json::array const& list_of(boost::json::object const& object, std::string_view name);

/// The number of that name; 0 when there is none.
[[nodiscard]] std::uint64_t number_of(boost::json::object const& object, std::string_view name);

/// Writes who made which version of a rule, when and why.
void print_versions(Session const& session, boost::json::object const& rule);

/// Tells what applying or rolling back came to; gives the exit code.
int tell_applied(Session const& session, boost::json::object const& applied);

/// The commands about the rules in force as a whole: history, rollback, export, pause, resume; none when another is
/// meant, or one of them with the wrong operands.
[[nodiscard]] std::optional<int> rule_sets(Session const& session);

/// The commands about what is given up for single devices: quarantine, release; none when another is meant.
[[nodiscard]] std::optional<int> rule_quarantine(Session const& session);

}  // namespace cli
