#include "datamodel/value.hpp"

#include "base/time_text.hpp"
#include "datamodel/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <iterator>
#include <limits>

namespace datamodel {
namespace {

using cwmp::ValueType;

/// The years 1 to 9999.
constexpr base::TimePoint first_moment = std::chrono::sys_days{std::chrono::year{1} / 1 / 1};
constexpr base::TimePoint last_moment =
    std::chrono::sys_days{std::chrono::year{10000} / 1 / 1} - std::chrono::microseconds{1};

bool is_hex_digit(char c) noexcept
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// A whole number of any size as sign and digits without leading zeros.
struct Integer {
    bool negative = false;
    std::string_view digits;
};

std::optional<Integer> read_integer(std::string_view text) noexcept
{
    Integer number;
    if (text.starts_with('-') || text.starts_with('+')) {
        number.negative = text.front() == '-';
        text.remove_prefix(1);
    }
    if (text.empty() || !std::ranges::all_of(text, is_digit))
        return std::nullopt;
    text.remove_prefix(std::min(text.find_first_not_of('0'), text.size() - 1));
    number.digits = text;
    if (text == "0")
        number.negative = false;
    return number;
}

std::string to_text(Integer number)
{
    return (number.negative ? "-" : "") + std::string{number.digits};
}

template <class Number>
bool fits(Integer number) noexcept
{
    Number parsed = 0;
    if (!std::numeric_limits<Number>::is_signed && number.negative)
        return false;
    auto const end = number.digits.data() + number.digits.size();
    // The smallest number has no positive counterpart.
    if (auto const [stop, error] = std::from_chars(number.digits.data(), end, parsed);
        error == std::errc{} && stop == end)
        return true;
    return number.negative && fmt::to_string(std::numeric_limits<Number>::min()).substr(1) == number.digits;
}

bool fits(Integer number, ValueType type) noexcept
{
    switch (type) {
        case ValueType::int_: return fits<std::int32_t>(number);
        case ValueType::unsigned_int: return fits<std::uint32_t>(number);
        case ValueType::long_: return fits<std::int64_t>(number);
        default: return fits<std::uint64_t>(number);
    }
}

std::string_view range_in_words(ValueType type) noexcept
{
    switch (type) {
        case ValueType::int_: return "-2147483648 to 2147483647";
        case ValueType::unsigned_int: return "0 to 4294967295";
        case ValueType::long_: return "-9223372036854775808 to 9223372036854775807";
        default: return "0 to 18446744073709551615";
    }
}

bool is_integer_type(ValueType type) noexcept
{
    return type == ValueType::int_ || type == ValueType::unsigned_int || type == ValueType::long_ ||
           type == ValueType::unsigned_long;
}

std::optional<std::string> canonical_integer(std::string_view value, ValueType type)
{
    auto const number = read_integer(trimmed(value));
    if (!number || !fits(*number, type))
        return std::nullopt;
    return to_text(*number);
}

std::optional<std::string> canonical_decimal(std::string_view value)
{
    value = trimmed(value);
    auto const dot = std::min(value.find('.'), value.size());
    auto whole = value.substr(0, dot);
    auto fraction = value.substr(std::min(dot + 1, value.size()));
    bool const bare = whole.empty() || whole == "-" || whole == "+";
    if ((bare && fraction.empty()) || !std::ranges::all_of(fraction, is_digit))
        return std::nullopt;
    auto const number = read_integer(bare ? std::string_view{"0"} : whole);
    if (!number)
        return std::nullopt;
    fraction = fraction.substr(0, fraction.find_last_not_of('0') + 1);
    auto text = std::string{number->digits} + (fraction.empty() ? "" : "." + std::string{fraction});
    return whole.starts_with('-') && text != "0" ? "-" + text : text;
}

/// Has the text an offset or Z behind its time?
bool has_zone(std::string_view date_time) noexcept
{
    auto const time = date_time.find_first_of("Tt ");
    return time != date_time.npos && date_time.find_first_of("Zz+-", time) != date_time.npos;
}

std::optional<std::string> canonical_date_time(std::string_view value)
{
    value = trimmed(value);
    auto const moment = base::parse_rfc3339(value);
    // An offset may carry a moment out of the years that can be written.
    if (!moment || *moment < first_moment || *moment > last_moment)
        return std::nullopt;
    auto text = base::to_rfc3339(*moment);
    if (!has_zone(value))
        text.pop_back();  // the device's local time: another moment than the same digits with Z
    return text;
}

std::optional<std::string> canonical_hex(std::string_view value)
{
    value = trimmed(value);
    if (value.size() % 2 != 0 || !std::ranges::all_of(value, is_hex_digit))
        return std::nullopt;
    std::string text{value};
    std::ranges::transform(text, text.begin(), [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
    return text;
}

bool is_base64_digit(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '+' || c == '/';
}

std::optional<std::string> canonical_base64(std::string_view value)
{
    std::string text;
    std::ranges::copy_if(value, std::back_inserter(text), [](char c) { return !is_white(c); });
    if (text.size() % 4 != 0)
        return std::nullopt;
    auto const padding = text.size() - std::min(text.find('='), text.size());
    auto const digits = std::string_view{text}.substr(0, text.size() - padding);
    if (padding > 2 || !std::ranges::all_of(digits, is_base64_digit) ||
        text.find_first_not_of('=', digits.size()) != text.npos)
        return std::nullopt;
    return text;
}

/// The canonical text, none when `value` is no value of `type`.
std::optional<std::string> try_canonical(std::string_view value, ValueType type)
{
    switch (type) {
        case ValueType::int_:
        case ValueType::unsigned_int:
        case ValueType::long_:
        case ValueType::unsigned_long: return canonical_integer(value, type);
        case ValueType::decimal: return canonical_decimal(value);
        case ValueType::date_time: return canonical_date_time(value);
        case ValueType::hex_binary: return canonical_hex(value);
        case ValueType::base64: return canonical_base64(value);
        case ValueType::boolean:
            if (auto const truth = to_boolean(value))
                return *truth ? "1" : "0";
            return std::nullopt;
        case ValueType::string:
        case ValueType::unknown: break;
    }
    return std::string{value};
}

std::string form_in_words(ValueType type)
{
    if (is_integer_type(type))
        return fmt::format("a whole number from {}", range_in_words(type));
    switch (type) {
        case ValueType::boolean: return "0, 1, true or false";
        case ValueType::decimal: return "a number such as -12.5";
        case ValueType::date_time: return "a time such as 2026-03-01T12:00:00Z";
        case ValueType::hex_binary: return "pairs of hexadecimal digits";
        case ValueType::base64: return "base64 text";
        default: return "text";
    }
}

std::unexpected<base::Error> not_a(ValueType type, std::string_view value)
{
    auto const name = cwmp::to_string(type);
    auto const article = name.find_first_of("aeiou") == 0 ? "an" : "a";
    return base::fail(
        fmt::format("{} is not {} {}; it must be {}", in_quotes(value), article, name, form_in_words(type)));
}

/// More spellings than TR-106 has.
std::optional<bool> spoken_boolean(std::string_view value) noexcept
{
    auto const word = trimmed(value);
    for (auto const yes : {"yes", "on", "enabled"})
        if (same_letters(word, yes))
            return true;
    for (auto const no : {"no", "off", "disabled"})
        if (same_letters(word, no))
            return false;
    return to_boolean(word);
}

/// "2026-03-01" and "2026-03-01T12:00" are understood too.
std::string spoken_date_time(std::string_view value)
{
    std::string text{trimmed(value)};
    if (text.size() == std::string_view{"2026-03-01"}.size())
        text += "T00:00:00Z";
    if (text.size() == std::string_view{"2026-03-01T12:00"}.size() && is_digit(text.back()))
        text += ":00Z";
    return text;
}

/// Some CPEs refuse fractions of a second.
void drop_fraction(std::string& date_time)
{
    auto const dot = date_time.find('.');
    if (dot == date_time.npos)
        return;
    auto const end = date_time.find_first_not_of("0123456789", dot + 1);
    date_time.erase(dot, std::min(end, date_time.size()) - dot);
}

}  // namespace

base::Result<void> check_value(std::string_view value, ValueType type)
{
    if (!try_canonical(value, type))
        return not_a(type, value);
    return {};
}

std::string canonical(std::string_view value, ValueType type)
{
    auto text = try_canonical(value, type);
    return text ? std::move(*text) : std::string{value};
}

bool same_value(std::string_view a, std::string_view b, ValueType type)
{
    if (a == b)
        return true;
    if (type == ValueType::string || type == ValueType::unknown)
        return false;
    return canonical(a, type) == canonical(b, type);
}

base::Result<std::string> to_wire(std::string_view input, ValueType type, cwmp::BooleanSpelling booleans)
{
    if (type == ValueType::boolean) {
        auto const truth = spoken_boolean(input);
        if (!truth)
            return not_a(type, input);
        bool const words = booleans == cwmp::BooleanSpelling::words;
        return *truth ? (words ? "true" : "1") : (words ? "false" : "0");
    }
    auto text =
        type == ValueType::date_time ? try_canonical(spoken_date_time(input), type) : try_canonical(input, type);
    if (!text)
        return not_a(type, input);
    if (type == ValueType::date_time)
        drop_fraction(*text);
    return std::move(*text);
}

std::optional<bool> to_boolean(std::string_view value) noexcept
{
    auto const word = trimmed(value);
    if (word == "1" || same_letters(word, "true"))
        return true;
    if (word == "0" || same_letters(word, "false"))
        return false;
    return std::nullopt;
}

std::optional<std::int64_t> to_integer(std::string_view value) noexcept
{
    auto const number = read_integer(trimmed(value));
    if (!number || number->digits.size() > 19 || !fits<std::int64_t>(*number))
        return std::nullopt;
    std::uint64_t magnitude = 0;
    std::from_chars(number->digits.data(), number->digits.data() + number->digits.size(), magnitude);
    return static_cast<std::int64_t>(number->negative ? 0 - magnitude : magnitude);
}

}  // namespace datamodel
