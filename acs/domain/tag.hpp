#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace domain {

inline constexpr std::size_t longest_tag = 64;  ///< bytes
inline constexpr std::size_t most_tags = 32;    ///< of one device

/// What is wrong with a label of a device, as a clause: "holds a control character: remove it". Empty: nothing.
[[nodiscard]] std::string tag_problem(std::string_view tag);

/// What is wrong with all labels of one device.
[[nodiscard]] std::string tags_problem(std::vector<std::string> const& tags);

/// The condition that a device has this label.
[[nodiscard]] std::string has_tag(std::string_view tag);

/// As they are kept: sorted, each once.
[[nodiscard]] std::vector<std::string> plain_tags(std::vector<std::string> tags);

}  // namespace domain
