#pragma once

#include "base/awaitable.hpp"
#include "domain/ids.hpp"

#include <optional>
#include <string>
#include <vector>

namespace domain {

/// The values of a few parameters of many devices at once, for lists. Throws base::Unavailable.
class ParameterValues {
public:
    virtual ~ParameterValues() = default;

    /// One row for each device and in it one value for each path, in their order; none where it is not known or a
    /// secret.
    virtual base::Awaitable<std::vector<std::vector<std::optional<std::string>>>>
    of(std::vector<DeviceKey> devices, std::vector<std::string> paths) = 0;
};

}  // namespace domain
