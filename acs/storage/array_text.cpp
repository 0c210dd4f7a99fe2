#include "storage/array_text.hpp"

#include <fmt/format.h>

#include <charconv>

namespace storage {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// The length of the UTF-8 sequence at the start of `text`, 0 when it is none that PostgreSQL takes.
std::size_t sequence_length(std::string_view text) noexcept
{
    auto const byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    auto const follows = [&](std::size_t at, unsigned low = 0x80, unsigned high = 0xBF) {
        return at < text.size() && byte(at) >= low && byte(at) <= high;
    };
    unsigned const first = byte(0);
    if (first < 0x80)
        return first == 0 ? 0 : 1;
    if (first >= 0xC2 && first <= 0xDF)
        return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        unsigned const low = first == 0xE0 ? 0xA0 : 0x80;   // no overlong forms
        unsigned const high = first == 0xED ? 0x9F : 0xBF;  // no surrogates
        return follows(1, low, high) && follows(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        unsigned const low = first == 0xF0 ? 0x90 : 0x80;
        unsigned const high = first == 0xF4 ? 0x8F : 0xBF;
        return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

std::size_t storable_prefix(std::string_view text) noexcept
{
    std::size_t at = 0;
    while (at < text.size()) {
        auto const length = sequence_length(text.substr(at));
        if (length == 0)
            break;
        at += length;
    }
    return at;
}

/// A number of exactly `digits` digits at `at`; -1 when there is something else.
int digits_at(std::string_view text, std::size_t at, std::size_t digits) noexcept
{
    int number = -1;
    if (at + digits <= text.size())
        std::from_chars(text.data() + at, text.data() + at + digits, number);
    return number;
}

}  // namespace

bool is_storable(std::string_view text) noexcept
{
    return storable_prefix(text) == text.size();
}

std::string storable(std::string_view text)
{
    std::string good;
    good.reserve(text.size());
    for (;;) {
        auto const length = storable_prefix(text);
        good += text.substr(0, length);
        if (length == text.size())
            return good;
        good += replacement;
        text.remove_prefix(length + 1);
    }
}

std::string storable_json(std::string_view json)
{
    auto text = storable(json);
    for (std::size_t at = 0; (at = text.find('\\', at)) != std::string::npos; at += 2)  // each escape is taken whole
        if (text.compare(at, 6, "\\u0000") == 0)
            text.replace(at, 6, "\\ufffd");
    return text;
}

std::string time_text(base::TimePoint time)
{
    auto const day = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day const date{day};
    std::chrono::hh_mm_ss const clock{time - day};
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}+00", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

base::TimePoint parse_time(std::string_view text) noexcept
{
    int const year = digits_at(text, 0, 4);
    int const month = digits_at(text, 5, 2);
    int const day = digits_at(text, 8, 2);
    int const hour = digits_at(text, 11, 2);
    int const minute = digits_at(text, 14, 2);
    int const second = digits_at(text, 17, 2);
    if (year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0)
        return {};
    std::int64_t fraction = 0;
    std::int64_t unit = 100'000;
    for (std::size_t at = 20;
         text.size() > 19 && text[19] == '.' && at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
        fraction += (text[at] - '0') * unit;
        unit /= 10;
    }
    std::chrono::sys_days const days = std::chrono::year{year} / month / day;
    return days + std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second} +
           std::chrono::microseconds{fraction};
}

void ArrayText::separate()
{
    if (text_.size() > 1)
        text_ += ',';
}

void ArrayText::add(std::int64_t number)
{
    separate();
    char digits[20];
    auto const end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    text_.append(digits, end);
}

void ArrayText::add(std::string_view text)
{
    separate();
    std::string repaired;
    if (!is_storable(text)) {
        repaired = storable(text);
        text = repaired;
    }
    text_ += '"';
    while (!text.empty()) {
        auto const plain = std::min(text.find_first_of("\"\\"), text.size());
        text_ += text.substr(0, plain);
        text.remove_prefix(plain);
        if (!text.empty()) {
            text_ += '\\';
            text_ += text.front();
            text.remove_prefix(1);
        }
    }
    text_ += '"';
}

void ArrayText::add_optional(std::optional<std::string> const& text)
{
    if (text)
        add(std::string_view{*text});
    else
        add_null();
}

void ArrayText::add(base::TimePoint time)
{
    separate();
    text_ += '"';
    text_ += time_text(time);
    text_ += '"';
}

void ArrayText::add_flag(bool value)
{
    separate();
    text_ += value ? 't' : 'f';
}

void ArrayText::add_null()
{
    separate();
    text_ += "NULL";
}

std::vector<std::int32_t> parse_integers(std::string_view text)
{
    std::vector<std::int32_t> numbers;
    auto const* at = text.data();
    auto const* const end = text.data() + text.size();
    while (at != end) {
        std::int32_t number = 0;
        if (auto const [next, error] = std::from_chars(at, end, number); error == std::errc{}) {
            numbers.push_back(number);
            at = next;
        } else {
            ++at;  // a brace or a comma
        }
    }
    return numbers;
}

std::vector<std::string> parse_texts(std::string_view text)
{
    std::vector<std::string> texts;
    if (text.size() < 2 || text == "{}")
        return texts;
    std::size_t at = 1;
    while (at < text.size()) {
        std::string element;
        bool const quoted = text[at] == '"';
        at += quoted ? 1 : 0;
        for (; at < text.size(); ++at) {
            char const c = text[at];
            if (quoted ? c == '"' : (c == ',' || c == '}'))
                break;
            if (c == '\\')
                ++at;
            if (at < text.size())
                element += text[at];
        }
        at += quoted ? 2 : 1;  // past the closing quote, and past the comma or the brace
        texts.push_back(!quoted && element == "NULL" ? std::string{} : std::move(element));
    }
    return texts;
}

}  // namespace storage
