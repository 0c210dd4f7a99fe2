#pragma once

#include "api/device_lookup.hpp"

#include <string_view>

namespace api::genieacs {

/// The device that a segment of a URL, or a text, means: its _id, percent-encoded once more or as it stands. 404 when
/// there is none that the caller may see.
[[nodiscard]] base::Awaitable<Outcome<domain::DeviceRow>> find(Call const& call, std::string_view segment);

}  // namespace api::genieacs
