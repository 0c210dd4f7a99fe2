#pragma once

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace api {

/// One line of RFC 4180, with its CRLF. A cell that a spreadsheet would take for a formula (it begins with = + - @, a
/// tab or a return, and is no number) gets an apostrophe in front.
[[nodiscard]] std::string csv_line(std::vector<std::string> const& cells);

/// A value as a cell: texts and numbers as they are, null as nothing, lists of plain values separated by ';', what is
/// nested deeper as JSON.
[[nodiscard]] std::string csv_cell(boost::json::value const& value);

}  // namespace api
