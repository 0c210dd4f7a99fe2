#pragma once

#include "api/genieacs/filter.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace api::genieacs {

/// Whether a document that is at hand meets a query: for short lists (tasks, faults, files). Regular expressions are
/// taken as far as they are plain text, at the beginning or end or anywhere. Fails with 400 for others.
[[nodiscard]] Outcome<bool> matches(boost::json::object const& document, Filter const& filter);

/// The text that `path` must equal, when the query demands that by itself: so that less has to be read.
[[nodiscard]] std::optional<std::string_view> demanded_text(Filter const& filter, std::string_view path);

/// The text that `path` must begin with, when the query demands that by itself with a regular expression such as "^a:".
[[nodiscard]] std::optional<std::string> demanded_start(Filter const& filter, std::string_view path);

}  // namespace api::genieacs
