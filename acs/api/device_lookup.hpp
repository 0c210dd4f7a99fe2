#pragma once

#include "api/call.hpp"
#include "domain/inventory.hpp"

#include <string>
#include <string_view>

namespace api {

/// The device that a URL's segment means: its id "OUI-ProductClass-Serial" as it stands in answers, or percent-encoded
/// once more, as clients do that encode every segment. 404 when there is none.
[[nodiscard]] base::Awaitable<Outcome<domain::DeviceRow>> find_device(Context const& context, std::string segment);

}  // namespace api
