#pragma once

#include "cwmp/device_id.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace api::genieacs {

/// The _id of a device as GenieACS writes it: "OUI-ProductClass-SerialNumber", or "OUI-SerialNumber" without a product
/// class; everything but letters, digits and "_" as %XX.
[[nodiscard]] std::string document_id(cwmp::DeviceId const& device);

/// The identity behind such an _id, or behind one as our own API writes it; none for what is neither.
[[nodiscard]] std::optional<cwmp::DeviceId> identity_of(std::string_view document_id);

}  // namespace api::genieacs
