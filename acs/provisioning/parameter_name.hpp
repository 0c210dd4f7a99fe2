#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace provisioning {

/// Why `path` cannot be the full path of one parameter (no wildcard, no partial path), as part of a sentence.
/// None when it can.
[[nodiscard]] std::optional<std::string> problem_of_parameter_name(std::string_view path, std::size_t most_bytes);

}  // namespace provisioning
