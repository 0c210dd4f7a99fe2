#pragma once

#include "session/services.hpp"

#include <string>
#include <string_view>

namespace session {

/// "BASE/f/TOKEN/NAME" for a transfer: BASE by the model's scheme ("http", "https" or empty), the other one when there
/// is no such listener. The name is percent-encoded and, from the left, shortened so that the whole stays within the
/// 256 bytes that CPEs take. Empty when there is no listener at all.
[[nodiscard]] std::string file_url(FileUrls const& urls, std::string_view scheme, std::string_view token,
                                   std::string_view name);

}  // namespace session
