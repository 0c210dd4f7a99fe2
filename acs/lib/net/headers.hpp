#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace net {

/// HTTP header fields in the order of their arrival, found without regard to case (RFC 9110 5.1). Kept as the text
/// that goes over the wire, so that writing them costs one copy; what is returned are views that live until the
/// next change.
class Headers {
public:
    struct Field {
        std::string_view name;
        std::string_view value;
    };

    Headers() = default;
    Headers(std::initializer_list<Field> fields);

    /// Appends a field even when there is one of that name. CR, LF and NUL in it become blanks.
    void add(std::string_view name, std::string_view value);
    /// Replaces all fields of that name by one.
    void set(std::string_view name, std::string_view value);
    void remove(std::string_view name);
    void clear() noexcept;

    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] Field operator[](std::size_t index) const noexcept;

    /// The first field of that name.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
    /// The first field of that name, or the empty text.
    [[nodiscard]] std::string_view get(std::string_view name) const noexcept;
    [[nodiscard]] bool has(std::string_view name) const noexcept { return find(name).has_value(); }
    /// Every field of that name, in order.
    [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const;
    /// True when a field of that name lists `token` between commas, in any case ("Connection: a, close").
    [[nodiscard]] bool lists(std::string_view name, std::string_view token) const noexcept;

    /// "Name: value\r\n" for each field.
    [[nodiscard]] std::string_view wire() const noexcept { return text_; }

private:
    struct Entry {
        std::uint32_t start;
        std::uint32_t name_size;
        std::uint32_t value_size;
    };
    void erase(std::size_t index);

    std::string text_;
    std::vector<Entry> entries_;
};

/// Equality of header names and tokens: ASCII letters in any case.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// The value of cookie `name` in all Cookie fields, read tolerantly: pairs end at ';' or ',', values may be quoted,
/// attributes that a CPE echoes ($Version, Path, ...) are passed over (RFC 2109, RFC 6265). None when there is none.
[[nodiscard]] std::optional<std::string_view> find_cookie(Headers const& headers, std::string_view name) noexcept;

}  // namespace net
