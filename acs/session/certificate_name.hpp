#pragma once

#include "base/result.hpp"
#include "cwmp/device_id.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace session {

/// The values of one attribute in a subject as RFC 2253 writes it ("CN=00D09E-1,O=Example"), without its escapes.
/// What cannot be read is left out.
[[nodiscard]] std::vector<std::string> subject_values(std::string_view subject, std::string_view attribute);

/// What a pattern with {oui}, {class} and {serial} may read for a device: its parts as they are or percent-encoded,
/// the OUI in either case.
[[nodiscard]] std::vector<std::string> expand_name(std::string_view pattern, cwmp::DeviceId const& device);

/// Fails with what is wrong with a pattern such as "CN={oui}-{serial}": it must name an attribute and hold {serial}.
[[nodiscard]] base::Result<void> check_subject_pattern(std::string_view pattern);

}  // namespace session
