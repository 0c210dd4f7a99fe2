#pragma once

#include <string>
#include <string_view>

namespace session {

/// The markup of a message that cannot be read, for the log: of each text between two tags only its length, because
/// nobody knows whether it is a secret.
[[nodiscard]] std::string shape_of(std::string_view message);

}  // namespace session
