#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// A member as text for people: strings as they are, lists joined by commas, null and absent as "".
[[nodiscard]] std::string text_of(boost::json::object const& object, std::string_view name);

/// An object's members as a table of two columns, however deep: "values" and lists of {"name":..., "value":...} become
/// names and values. Foreign text is made harmless.
[[nodiscard]] std::string details(boost::json::object const& object);

/// How many columns a list is shown in, and from which members.
struct Column {
    char const* heading;
    char const* member;
};

/// A list of objects as a table.
[[nodiscard]] std::string table(std::vector<boost::json::object> const& items, std::vector<Column> const& columns,
                                std::size_t width);

}  // namespace cli
