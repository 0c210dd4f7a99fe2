#pragma once

#include "base/result.hpp"
#include "cwmp/message.hpp"
#include "device/value_template.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// What a data model says about active notification of a parameter (TR-106 3.3).
enum class NotifyRule : std::uint8_t {
    normal,
    forced,          ///< always active, cannot be switched off
    default_active,  ///< active until it is switched off
    can_deny,        ///< active notification is refused with fault 9009
};

/// The form that a text must have beside its type.
enum class TextForm : std::uint8_t {
    any,
    ipv4,  ///< dotted, or empty
    mac,   ///< six pairs of hex digits with colons, or empty
    url,   ///< http or https, or empty
};

/// Which values a parameter takes; fault 9007 for others.
struct Facets {
    std::size_t max_length = 65535;        ///< characters of a string
    std::vector<std::string> enumeration;  ///< empty: any
    bool is_list = false;                  ///< comma-separated, each item from the enumeration
    std::int64_t least = std::numeric_limits<std::int64_t>::min();
    std::int64_t most = std::numeric_limits<std::int64_t>::max();
    TextForm form = TextForm::any;
};

/// One parameter of a persona, for all its instances.
struct ParameterSpec {
    std::string name;
    cwmp::ValueType type{};
    bool is_writable = false;
    bool is_secret = false;  ///< reads as ""
    bool in_every_inform = false;
    bool is_changed_at_home = false;  ///< people at home change it (their Wi-Fi name ...)
    bool is_applied_later = false;    ///< a change is accepted with status 1
    bool values_by_parent = false;    ///< `values` go by the instance number of the table around this one
    NotifyRule notify = NotifyRule::normal;
    Facets facets;
    std::vector<ValueTemplate> values;  ///< by instance number, from the beginning again when there are fewer
    ValueTemplate initial;              ///< in an instance that AddObject made
};

/// One object of a persona. A table's parameters and objects are those of each of its instances.
struct ObjectSpec {
    std::string name;
    bool is_table = false;
    bool can_add = false;               ///< AddObject and DeleteObject are possible
    std::vector<std::uint32_t> counts;  ///< of a table: instances from the factory, by the parent's instance number
    std::vector<ParameterSpec> parameters;
    std::vector<ObjectSpec> objects;

    [[nodiscard]] ParameterSpec const* parameter(std::string_view named) const noexcept;
    [[nodiscard]] ObjectSpec const* object(std::string_view named) const noexcept;
};

/// A kind of device: its data model with types, limits and factory values. Shared by all devices of the kind and never
/// changed.
struct Persona {
    std::string name;
    std::string title;  ///< one line for people
    std::string manufacturer;
    std::string oui;
    std::string product_class;
    std::string model_name;
    std::string hardware_version;
    std::string software_version;  ///< from the factory
    std::string serial_prefix;
    ObjectSpec root;  ///< "Device" or "InternetGatewayDevice"

    /// Reads the text form, which cpe-sim/personas/README.md describes. Fails naming the line.
    [[nodiscard]] static base::Result<Persona> parse(std::string_view text);

    /// "Device." or "InternetGatewayDevice."
    [[nodiscard]] std::string root_path() const { return root.name + "."; }
    /// Paths of factory instances that belong to every Inform.
    [[nodiscard]] std::vector<std::string> const& inform_paths() const noexcept { return inform_paths_; }
    /// Paths of factory instances whose changes are reported without being asked.
    [[nodiscard]] std::vector<std::string> const& notified_paths() const noexcept { return notified_paths_; }
    /// Paths of factory instances that people at home change.
    [[nodiscard]] std::vector<std::string> const& home_paths() const noexcept { return home_paths_; }

private:
    void collect_paths(ObjectSpec const& object, std::string const& path, std::uint32_t instance);

    std::vector<std::string> inform_paths_;
    std::vector<std::string> notified_paths_;
    std::vector<std::string> home_paths_;
};

/// The personas that are built into the program.
[[nodiscard]] std::span<Persona const> personas();

/// A persona by its name; null when there is none.
[[nodiscard]] Persona const* find_persona(std::string_view name);

/// The names of all personas, with commas.
[[nodiscard]] std::string persona_names();

}  // namespace sim
