#include "base/time_text.hpp"

#include <fmt/format.h>

#include <charconv>

namespace base {

using namespace std::chrono;

std::string to_rfc3339(TimePoint time)
{
    auto const day = floor<days>(time);
    year_month_day const date{day};
    auto const of_day = time - day;
    auto const seconds_of_day = floor<seconds>(of_day);
    auto const micros = (of_day - seconds_of_day).count();
    auto const whole = seconds_of_day.count();
    auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                            static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), whole / 3600,
                            whole / 60 % 60, whole % 60);
    if (micros != 0)
        text += fmt::format(".{:06}", micros);
    return text + 'Z';
}

namespace {

/// Takes numbers and separators off the front of a text.
class Cursor {
public:
    explicit Cursor(std::string_view text) : rest_{text} {}

    [[nodiscard]] bool take(char wanted)
    {
        if (rest_.empty() || rest_.front() != wanted)
            return false;
        rest_.remove_prefix(1);
        return true;
    }

    [[nodiscard]] std::optional<int> digits(std::size_t count)
    {
        int value = 0;
        if (rest_.size() < count)
            return std::nullopt;
        auto const [end, error] = std::from_chars(rest_.data(), rest_.data() + count, value);
        if (error != std::errc{} || end != rest_.data() + count || value < 0 || rest_.front() == '-')
            return std::nullopt;
        rest_.remove_prefix(count);
        return value;
    }

    [[nodiscard]] microseconds fraction()
    {
        long value = 0;
        int places = 0;
        while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
            if (places < 6) {
                value = value * 10 + (rest_.front() - '0');
                ++places;
            }
            rest_.remove_prefix(1);
        }
        for (; places < 6; ++places)
            value *= 10;
        return microseconds{value};
    }

    [[nodiscard]] bool done() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

std::optional<TimePoint> take_date(Cursor& cursor)
{
    auto const y = cursor.digits(4);
    if (!y || !cursor.take('-'))
        return std::nullopt;
    auto const m = cursor.digits(2);
    if (!m || !cursor.take('-'))
        return std::nullopt;
    auto const d = cursor.digits(2);
    if (!d)
        return std::nullopt;
    year_month_day const date{year{*y}, month{static_cast<unsigned>(*m)}, day{static_cast<unsigned>(*d)}};
    if (*y < 1 || !date.ok())
        return std::nullopt;
    return TimePoint{sys_days{date}};
}

std::optional<microseconds> take_time(Cursor& cursor)
{
    auto const h = cursor.digits(2);
    if (!h || !cursor.take(':'))
        return std::nullopt;
    auto const m = cursor.digits(2);
    if (!m || !cursor.take(':'))
        return std::nullopt;
    auto const s = cursor.digits(2);
    if (!s || *h > 24 || *m > 59 || *s > 60)
        return std::nullopt;
    microseconds time = hours{*h} + minutes{*m} + seconds{*s};
    if (cursor.take('.'))
        time += cursor.fraction();
    return time;
}

std::optional<minutes> take_offset(Cursor& cursor)
{
    if (cursor.done() || cursor.take('Z') || cursor.take('z'))
        return minutes{0};
    bool const behind = cursor.take('-');
    if (!behind && !cursor.take('+'))
        return std::nullopt;
    auto const h = cursor.digits(2);
    static_cast<void>(cursor.take(':'));
    auto const m = cursor.done() ? std::optional{0} : cursor.digits(2);
    if (!h || !m || *h > 14 || *m > 59)
        return std::nullopt;
    minutes const offset = hours{*h} + minutes{*m};
    return behind ? -offset : offset;
}

}  // namespace

std::optional<TimePoint> parse_rfc3339(std::string_view text)
{
    Cursor cursor{text};
    auto const date = take_date(cursor);
    if (!date || !(cursor.take('T') || cursor.take('t') || cursor.take(' ')))
        return std::nullopt;
    auto const time = take_time(cursor);
    if (!time)
        return std::nullopt;
    auto const offset = take_offset(cursor);
    if (!offset || !cursor.done())
        return std::nullopt;
    return *date + *time - *offset;
}

}  // namespace base
