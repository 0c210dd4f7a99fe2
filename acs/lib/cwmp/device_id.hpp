#pragma once

#include "base/result.hpp"

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

namespace cwmp {

/// Longest OUI that is kept, in bytes. Real ones have six; devices in the field send none or many more.
inline constexpr std::size_t max_oui_bytes = 64;

/// Names one CPE for its whole life (TR-069 A.3.3.1, DeviceIdStruct). The manufacturer is told but identifies nothing.
struct DeviceId {
    std::string manufacturer;   ///< free text, may be empty
    std::string oui;            ///< six upper-case hex digits by the specification; anything of 0-64 bytes in the field
    std::string product_class;  ///< may be empty, may hold any character
    std::string serial_number;  ///< never empty once normalized

    friend auto operator<=>(DeviceId const&, DeviceId const&) = default;
};

/// The name of a device outside the ACS: "OUI-ProductClass-Serial", every part percent-encoded, hyphens within a part
/// as %2D, so that the text can be taken apart again and is safe in a URL and in a file name.
[[nodiscard]] std::string external_id(DeviceId const& device);

/// Reads what `external_id` wrote; the manufacturer stays empty. Fails when there are not three parts, when a percent
/// sign is not followed by two hex digits, or when the serial number is empty.
[[nodiscard]] base::Result<DeviceId> parse_external_id(std::string_view text);

/// The identity as it is compared and stored: OUI in upper case when all of it is hex digits, else as sent, cut at
/// `max_oui_bytes`; everything else as sent. Fails only when the serial number is empty.
[[nodiscard]] base::Result<DeviceId> normalized(DeviceId device);

}  // namespace cwmp
