#pragma once

#include "cwmp/value_type.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace datamodel {

/// What the CPE said in GetParameterNames. For a table: AddObject possible, for an instance: DeleteObject possible.
/// CPEs lie in both directions: advice, not law.
enum class Writable : std::uint8_t { unknown, no, yes };

/// `notification` of a parameter whose attributes were never read.
inline constexpr std::uint8_t notification_unknown = 7;

/// Marks of an entry, combined by |. They last until they are taken away.
enum NodeMarks : std::uint8_t {
    no_marks = 0,
    doubtful = 1,    ///< the value is from before a reset or an upgrade: shown, to be read again before use
    too_long = 2,    ///< it has a value that is longer than we keep; `value` is empty
    dangerous = 4,   ///< devices died while this was read: never ask for it
    last_mark = 16,  ///< greatest value that fits the packed form
};

/// One parameter or object of a device. The views belong to whoever made the node (see ParameterTree).
struct Node {
    std::string_view path;                            ///< an object's ends with '.'
    std::optional<std::string_view> value;            ///< none: not read yet, or an object
    cwmp::ValueType type = cwmp::ValueType::unknown;  ///< as the CPE told it with the value
    Writable writable = Writable::unknown;
    std::uint8_t notification = notification_unknown;  ///< 0-6 (TR-069 A.3.2.4)
    std::uint8_t marks = no_marks;                     ///< NodeMarks
    std::int32_t changed = 0;  ///< when the value became what it is, seconds since 1970; 0: unknown

    [[nodiscard]] bool is_object() const noexcept { return path.empty() || path.back() == '.'; }
    friend bool operator==(Node const&, Node const&) = default;
};

/// Type, writable, notification, marks and "has a value" in 16 bits, as the database keeps them.
/// The layout is fixed: bits 0-3 type, 4-5 writable, 6-8 notification, 9 has a value, 10-14 marks.
[[nodiscard]] std::uint16_t packed(Node const& node) noexcept;

/// The inverse of `packed`: sets type, writable, notification and marks of `node`, and its value to none or "" (the
/// caller puts the text in). Unknown codes become unknown.
void unpack(std::uint16_t bits, Node& node) noexcept;

/// A value as told by the CPE. The views must live until the call that takes it returns.
struct ValueUpdate {
    std::string_view path;
    std::string_view value;
    cwmp::ValueType type = cwmp::ValueType::unknown;  ///< unknown keeps the known type
};

/// A name as told by GetParameterNames.
struct NameUpdate {
    std::string_view path;
    bool writable = false;
};

/// A notification attribute; a partial path means all known parameters below it.
struct NotificationUpdate {
    std::string_view path;
    std::uint8_t notification = 0;  ///< 0-6
};

}  // namespace datamodel
