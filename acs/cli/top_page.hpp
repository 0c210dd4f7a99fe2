#pragma once

#include <boost/json/object.hpp>

#include <chrono>
#include <string>

namespace cli {

/// What the server does now: counts, and rates between two answers of /statistics that were read `span` apart. The
/// first page has no `before`.
[[nodiscard]] std::string top_page(boost::json::object const* before, boost::json::object const& now,
                                   std::chrono::duration<double> span);

}  // namespace cli
