#pragma once

#include "base/result.hpp"
#include "cwmp/value_type.hpp"
#include "datamodel/definition.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace datamodel {

/// The definitions that the operator has given, looked up by actual paths. Unchangeable once made: share it by
/// shared_ptr between threads and put a new one in its place after an import.
class DataModel {
public:
    DataModel() = default;
    /// Takes definitions in any order; of two with the same path the later one counts.
    explicit DataModel(std::vector<Definition> definitions);

    [[nodiscard]] std::size_t size() const noexcept { return definitions_.size(); }
    [[nodiscard]] bool empty() const noexcept { return definitions_.empty(); }
    /// In path order.
    [[nodiscard]] std::vector<Definition> const& definitions() const noexcept { return definitions_; }

    /// What the models say about `path`: instances, aliases and wildcards stand for "{i}"; "Device.WiFi.SSID." finds
    /// its table's definition. Services are found under either root. None for what no model knows (vendor parameters).
    /// The result lives as long as this object.
    [[nodiscard]] Definition const* describe(std::string_view path) const;

    /// May `value` be written to `path`? `type` is the CPE's own type of the parameter, unknown when it never told: the
    /// value must then fit the model's type. What no model knows is only checked against `type`. Whatever `to_wire`
    /// understands is a value: "yes" for a boolean, blanks around a number.
    /// Fails with a sentence that names the path and the allowed range, sizes, values or form, or that the parameter is
    /// read-only.
    [[nodiscard]] base::Result<void> validate(std::string_view path, std::string_view value,
                                              cwmp::ValueType type = cwmp::ValueType::unknown) const;

    /// The value must not be shown or logged: the model hides it, or its name says so (cwmp::is_secret_path).
    [[nodiscard]] bool is_secret(std::string_view path) const;

private:
    [[nodiscard]] Definition const* exactly(std::string_view path) const;

    std::vector<Definition> definitions_;  ///< sorted by path
};

/// Is `value` one that `definition` allows? Without the question whether it may be written. Fails as
/// DataModel::validate.
[[nodiscard]] base::Result<void> check_definition(Definition const& definition, std::string_view value);

/// The allowed values in words: "1 to 65535 or -1", "one of \"None\", \"WPA2-Personal\"", "at most 32 characters"; ""
/// for any.
[[nodiscard]] std::string allowed_values(Definition const& definition);

}  // namespace datamodel
