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

/// Which devices a caller means, by a condition and the name of a group: one of them, both, or none for all.
struct Selection {
    std::string where;                           ///< text of both; empty: all devices
    std::optional<domain::Condition> condition;  ///< the same, narrowed to what the caller may see
};
/// Fails as `narrowed` does, and with 400 when there is no such group.
[[nodiscard]] base::Awaitable<Outcome<Selection>> selected(Call const& call, std::optional<std::string> where,
                                                           std::optional<std::string> group);

}  // namespace api
