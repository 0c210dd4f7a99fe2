#pragma once

#include "device/persona.hpp"

#include <string>
#include <string_view>

namespace sim {

/// Why a value is not taken for a parameter; code 0: it is taken.
struct ValueVerdict {
    unsigned fault_code = 0;  ///< 9006 or 9007
    std::string what;
};

/// Holds a value that somebody wants to set against type, range, enumeration and form of the parameter
/// (TR-069 A.3.2.1: 9006 invalid type, 9007 invalid value). An unknown type is not held against the value.
[[nodiscard]] ValueVerdict check_value(ParameterSpec const& parameter, std::string_view value, cwmp::ValueType type);

/// The value as the device keeps it: booleans as 0 and 1, numbers without leading zeros.
[[nodiscard]] std::string kept_value(ParameterSpec const& parameter, std::string_view value);

}  // namespace sim
