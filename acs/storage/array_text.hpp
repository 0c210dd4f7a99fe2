#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace storage {

/// The text as PostgreSQL takes it: bytes that are not UTF-8, and NUL, become U+FFFD. Foreign text never reaches a
/// statement without passing here (ArrayText does it for its elements).
[[nodiscard]] std::string storable(std::string_view text);
/// JSON text as jsonb takes it: `storable`, and U+0000 written as an escape becomes U+FFFD too.
[[nodiscard]] std::string storable_json(std::string_view json);
/// True when `storable` would change nothing.
[[nodiscard]] bool is_storable(std::string_view text) noexcept;

/// "2026-11-20 10:00:00.000001+00", as a parameter for timestamptz.
[[nodiscard]] std::string time_text(base::TimePoint time);
/// Reads what PostgreSQL writes for a timestamptz in UTC; the epoch when it is something else.
[[nodiscard]] base::TimePoint parse_time(std::string_view text) noexcept;

/// Builds an array literal such as {1,2} or {"a","b"}: how lists reach a statement (libpqxx 6 has no array parameters).
class ArrayText {
public:
    void add(std::int64_t number);
    void add(std::string_view text);  ///< always in quotes: NULL, {} and blanks are texts like any other
    void add_optional(std::optional<std::string> const& text);  ///< NULL for none
    void add(base::TimePoint time);
    void add_flag(bool value);
    void add_null();
    void reserve(std::size_t bytes) { text_.reserve(bytes); }

    /// The finished literal; the builder is used up.
    [[nodiscard]] std::string finish()
    {
        text_ += '}';
        return std::move(text_);
    }

private:
    void separate();

    std::string text_ = "{";
};

template <class List>
[[nodiscard]] std::string array_text(List const& list)
{
    ArrayText array;
    for (auto const& element : list)
        array.add(element);
    return array.finish();
}

/// Reads an array of integers as PostgreSQL writes it.
[[nodiscard]] std::vector<std::int32_t> parse_integers(std::string_view text);

/// Reads an array of texts as PostgreSQL writes it; an element that is NULL becomes "".
[[nodiscard]] std::vector<std::string> parse_texts(std::string_view text);

}  // namespace storage
