#pragma once

#include "api/problem.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace api {

/// Where a list goes on: an opaque text made of what kind of list it is and the last key of the page before.
[[nodiscard]] std::string make_cursor(char list, std::string_view last_key);
/// The key; none for a text that make_cursor did not make for this list.
[[nodiscard]] std::optional<std::string> read_cursor(char list, std::string_view cursor);

/// Reads "30s", "500ms", "2m" or "30" (seconds), at most a day; none for anything else.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;

/// The query of a URL, read field by field. What is wrong is gathered; ask problem() when all was read.
class Query {
public:
    /// `text` is what follows '?', percent-encoded, blanks also as '+'.
    explicit Query(std::string_view text);

    /// The value of a field; none when it is absent. Empty counts as given.
    [[nodiscard]] std::optional<std::string> text(std::string_view name);
    /// "true" or "false"; false when it is absent.
    [[nodiscard]] bool flag(std::string_view name);
    /// `limit`: 1 to 1000, 100 when absent.
    [[nodiscard]] unsigned limit();
    /// `after`: the key behind the cursor, empty when absent.
    [[nodiscard]] std::string after(char list);
    /// `after` of a list whose keys are numbers; 0 when absent.
    [[nodiscard]] std::int64_t after_number(char list);
    /// `wait`: none when absent; at most `most`.
    [[nodiscard]] std::optional<std::chrono::milliseconds> wait(std::chrono::seconds most);
    /// Reports what is wrong with a field that was read.
    void add_error(std::string_view name, std::string reason);

    /// Fails with all that was wrong: bad values, fields given twice, and fields that nobody asked for.
    [[nodiscard]] Outcome<void> problem() const;

private:
    struct Field {
        std::string name;
        std::string value;
        bool was_read = false;
    };
    std::vector<Field> fields_;
    std::vector<FieldError> errors_;
};

}  // namespace api
