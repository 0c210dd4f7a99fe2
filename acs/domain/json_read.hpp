#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Reading JSON that we wrote ourselves: a member that is missing or of another type is `otherwise`. What others sent
/// is read with JsonFields, which tells them what is wrong.
namespace domain {

[[nodiscard]] std::string text_in(boost::json::object const& json, std::string_view name,
                                  std::string_view otherwise = "");
[[nodiscard]] std::int64_t number_in(boost::json::object const& json, std::string_view name,
                                     std::int64_t otherwise = 0);
[[nodiscard]] bool flag_in(boost::json::object const& json, std::string_view name);
[[nodiscard]] std::vector<std::string> texts_in(boost::json::object const& json, std::string_view name);
/// Empty when the text is no object.
[[nodiscard]] boost::json::object object_of(std::string_view text);

}  // namespace domain
