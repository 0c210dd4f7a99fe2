#pragma once

#include "base/result.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace domain {

/// What is wrong with one member of a JSON object.
struct FieldComplaint {
    std::string field;  ///< "values", "settings[2].path"
    std::string what;   ///< goes on from the field's name: "must be a string"
};

/// All complaints in one text: "FIELD WHAT; FIELD WHAT".
[[nodiscard]] std::string to_text(std::vector<FieldComplaint> const& complaints);

/// Takes the members of a JSON object by name and gathers what is wrong with them, so that a client hears of every
/// bad field at once. Members that nobody asked for are errors too.
class JsonFields {
public:
    /// `object` must outlive this; `where` is put before field names in errors ("settings[2].").
    explicit JsonFields(boost::json::object const& object, std::string where = {})
        : object_{object}, where_{std::move(where)}
    {
    }

    /// The member, or null when it is absent or JSON null.
    [[nodiscard]] boost::json::value const* find(std::string_view name);

    [[nodiscard]] std::string text(std::string_view name);  ///< must be there
    [[nodiscard]] std::string text_or(std::string_view name, std::string_view fallback);
    [[nodiscard]] std::optional<std::string> optional_text(std::string_view name);
    [[nodiscard]] std::uint32_t number_or(std::string_view name, std::uint32_t fallback);
    [[nodiscard]] std::optional<std::int64_t> optional_number(std::string_view name);
    [[nodiscard]] bool flag_or(std::string_view name, bool fallback);
    [[nodiscard]] std::vector<std::string> texts(std::string_view name);  ///< absent: empty
    [[nodiscard]] std::vector<boost::json::object const*> objects(std::string_view name);

    /// The name as it is written in errors.
    [[nodiscard]] std::string path_of(std::string_view name) const { return where_ + std::string{name}; }
    void complain(std::string_view name, std::string_view what);
    /// Takes over what an inner reader found.
    void adopt(JsonFields& inner);

    /// All complaints in one text, separated by "; ", unknown members among them. Ok when there are none.
    [[nodiscard]] base::Result<void> finish();
    /// The same one by one; empty when there are none.
    [[nodiscard]] std::vector<FieldComplaint> finish_each();

private:
    void note_unknown();

    boost::json::object const& object_;
    std::string where_;
    std::vector<std::string> known_;
    std::vector<FieldComplaint> complaints_;
};

/// A value as parameter text: strings as they are, numbers in decimal, booleans as "1" and "0".
/// None for null, arrays and objects.
[[nodiscard]] std::optional<std::string> scalar_text(boost::json::value const& value);

}  // namespace domain
