#pragma once

#include "base/result.hpp"
#include "domain/inventory.hpp"

#include <string_view>

namespace domain {

/// Holds a value against what is known of a parameter (type, range, length, enumeration, access) before a task is made.
class ParameterCheck {
public:
    virtual ~ParameterCheck() = default;
    /// Fails with a sentence that names the allowed range. A parameter that nothing is known of passes.
    /// Quick: answers from memory. Safe from any thread.
    [[nodiscard]] virtual base::Result<void> check(DeviceRow const& device, std::string_view path,
                                                   std::string_view value) const = 0;
};

}  // namespace domain
