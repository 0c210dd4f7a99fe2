#include "cwmp/value_type.hpp"

#include <array>
#include <cstddef>

namespace cwmp {
namespace {

/// By code.
constexpr std::array<std::string_view, 11> names{"",       "string",       "int",     "unsignedInt",
                                                 "long",   "unsignedLong", "boolean", "dateTime",
                                                 "base64", "hexBinary",    "decimal"};

}  // namespace

std::string_view to_string(ValueType type) noexcept
{
    auto const code = static_cast<std::size_t>(type);
    return code < names.size() ? names[code] : std::string_view{};
}

ValueType value_type(std::string_view name) noexcept
{
    name.remove_prefix(name.rfind(':') + 1);  // npos + 1 is 0
    if (name == "base64Binary")
        return ValueType::base64;
    for (std::size_t code = 1; code < names.size(); ++code)
        if (names[code] == name)
            return static_cast<ValueType>(code);
    return ValueType::unknown;
}

}  // namespace cwmp
