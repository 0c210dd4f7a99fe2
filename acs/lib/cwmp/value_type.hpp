#pragma once

#include <cstdint>
#include <string_view>

namespace cwmp {

/// The types of parameter values (TR-106 3.2.1), as xsi:type names them. The codes are kept in the database: never
/// change one, at most 15.
enum class ValueType : std::uint8_t {
    unknown = 0,  ///< not told, or none of these ("xsd:json")
    string = 1,
    int_ = 2,
    unsigned_int = 3,
    long_ = 4,
    unsigned_long = 5,
    boolean = 6,
    date_time = 7,
    base64 = 8,  ///< xsd:base64, xsd:base64Binary, soap-enc:base64
    hex_binary = 9,
    decimal = 10,
};

/// The name without prefix as TR-106 spells it: "string", "int", "unsignedInt", ... "base64"; "" for unknown.
[[nodiscard]] std::string_view to_string(ValueType type) noexcept;

/// Reads an xsi:type or a data model's name of a type: any prefix or none, also "base64Binary". Case-sensitive.
[[nodiscard]] ValueType value_type(std::string_view name) noexcept;

}  // namespace cwmp
