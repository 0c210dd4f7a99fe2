#pragma once

#include "api/call.hpp"
#include "domain/inventory.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace api {

/// The device that a URL's segment means: its id "OUI-ProductClass-Serial" as it stands in answers, or percent-encoded
/// once more, as clients do that encode every segment. 404 when there is none, or none that the caller may see.
[[nodiscard]] base::Awaitable<Outcome<domain::DeviceRow>> find_device(Call const& call, std::string segment);

/// Those of `keys` that the caller may see.
[[nodiscard]] base::Awaitable<std::vector<domain::DeviceKey>> visible_devices(Call const& call,
                                                                              std::vector<domain::DeviceKey> keys);

/// Whether the caller may see the device.
[[nodiscard]] base::Awaitable<bool> is_visible(Call const& call, domain::DeviceKey device);

/// A condition of the caller (none: all devices) narrowed to the part of the fleet that the caller may see. Fails with
/// 400 for text that the guard refuses, with 403 when it reads parameters and the caller may not.
[[nodiscard]] Outcome<std::optional<domain::Condition>> narrowed(Call const& call,
                                                                 std::optional<std::string> const& where);

}  // namespace api
