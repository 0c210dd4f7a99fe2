#include "domain/event_log.hpp"

#include <fmt/format.h>

#include <charconv>

namespace domain {

namespace {

/// Numbers hold the milliseconds of their making above these bits.
constexpr int bits_below_time = 22;

template <class Number>
bool read_number(std::string_view text, Number& number) noexcept
{
    auto const* const end = text.data() + text.size();
    auto const [at, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && at == end && !text.empty();
}

}  // namespace

std::string to_text(EventPosition position)
{
    return fmt::format("{}.{}", position.tx, position.id);
}

std::optional<EventPosition> event_position(std::string_view text) noexcept
{
    auto const dot = text.find('.');
    EventPosition position;
    if (dot == text.npos || !read_number(text.substr(0, dot), position.tx) ||
        !read_number(text.substr(dot + 1), position.id) || position.id == INT64_MIN)
        return std::nullopt;
    return position;
}

base::TimePoint time_of(EventPosition position) noexcept
{
    auto const number = position.id < 0 ? -position.id : position.id;
    return base::TimePoint{std::chrono::milliseconds{number >> bits_below_time}};
}

EventPosition position_before(std::uint64_t tx, base::TimePoint now) noexcept
{
    auto const time = std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
    return {tx, -(time << bits_below_time)};
}

}  // namespace domain
