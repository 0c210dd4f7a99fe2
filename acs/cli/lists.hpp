#pragma once

#include "cli/output.hpp"
#include "cli/session.hpp"

#include <string>
#include <vector>

namespace cli {

/// Reads a list page by page, up to Invocation::limit items, and prints it: as a table, or one JSON object a line while
/// the pages come. With Invocation::format the server gives the whole list in that form instead. `target` has a query
/// or ends with '?'. Tells on standard error when there are more.
int print_list(Session session, std::string const& target, std::vector<Column> const& columns);

}  // namespace cli
