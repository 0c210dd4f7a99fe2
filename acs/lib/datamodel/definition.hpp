#pragma once

#include "cwmp/value_type.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace datamodel {

/// From `least` to `most`, both included; the extremes of int64 stand for "no limit".
struct Range {
    std::int64_t least = std::numeric_limits<std::int64_t>::min();
    std::int64_t most = std::numeric_limits<std::int64_t>::max();
    std::int64_t step = 1;  ///< only every step-th value counted from `least`; 1: all
    friend bool operator==(Range const&, Range const&) = default;
};

/// What a data model allows ACS and CPE to do about active notification.
enum class ActiveNotify : std::uint8_t {
    normal,
    force_enabled,          ///< always active
    force_default_enabled,  ///< active until switched off
    can_deny,               ///< the CPE may refuse it with fault 9009
};

/// How long the definition is to be relied on.
enum class Status : std::uint8_t { current, deprecated, obsoleted };

/// What a data model (TR-098, TR-181, TR-135 ...) says about one parameter or object: plain values, so that they can
/// be kept in a database as columns or as a document.
struct Definition {
    std::string path;  ///< "Device.WiFi.SSID.{i}.SSID"; objects end with '.', tables with "{i}."
    cwmp::ValueType type = cwmp::ValueType::unknown;  ///< of a list: string
    std::string type_name;  ///< the model's own name of the type: "IPAddress", "StatsCounter64"; "" for plain types
    bool writable = false;  ///< of a table: instances may be added and deleted

    bool is_list = false;  ///< values separated by commas; type, ranges, sizes ... are those of an item
    cwmp::ValueType item_type = cwmp::ValueType::unknown;  ///< of a list
    std::optional<Range> items;                            ///< how many items a list may have
    std::vector<Range> list_sizes;  ///< allowed lengths of a whole list, in characters; empty: any

    std::vector<Range> ranges;  ///< a number must lie in one of these; empty: any
    std::vector<Range> sizes;   ///< allowed lengths of a string (characters) or of binary data (bytes); empty: any
    std::vector<std::string>
        enumeration;  ///< with `patterns`: a string must be one of these or match one; both empty: any
    std::vector<std::string> patterns;  ///< XML Schema regular expressions, for the whole value

    std::string units;        ///< "seconds", "dBm/1000"
    std::string description;  ///< as the model has it, white space folded, cut at DefinitionLimits
    std::optional<std::string> default_value;

    bool hidden = false;         ///< reads as empty or null: a secret
    bool command = false;        ///< writing starts something; reads as empty
    bool forced_inform = false;  ///< part of every Inform
    bool is_reference = false;   ///< the value is a path (or a list of paths)
    ActiveNotify active_notify = ActiveNotify::normal;
    Status status = Status::current;

    std::string model;  ///< where it comes from: "Device:2.15"

    [[nodiscard]] bool is_object() const noexcept { return path.empty() || path.back() == '.'; }
    [[nodiscard]] bool is_table() const noexcept { return path.ends_with(".{i}."); }
    friend bool operator==(Definition const&, Definition const&) = default;
};

}  // namespace datamodel
