#include "api/genieacs/moments.hpp"

#include "base/time_text.hpp"

#include <fmt/format.h>

#include <chrono>

namespace api::genieacs {

namespace {

constexpr double least_milliseconds = -62'135'596'800'000;  // from the year 1 on
constexpr double most_milliseconds = 200'000'000'000'000;   // until the year 8307

}  // namespace

std::string to_iso(base::TimePoint time)
{
    auto const seconds = std::chrono::floor<std::chrono::seconds>(time);
    auto const rest = std::chrono::floor<std::chrono::milliseconds>(time - seconds);
    auto text = base::to_rfc3339(base::TimePoint{seconds});
    text.pop_back();
    return fmt::format("{}.{:03}Z", text, rest.count());
}

std::optional<base::TimePoint> read_moment(std::string_view given)
{
    std::string text{given};
    if (text.size() == std::string_view{"2026-03-01"}.size())
        text += "T00:00:00Z";
    auto const sign = text.find_first_of("+-", std::string_view{"2026-03-01T"}.size());
    if (sign != text.npos) {
        auto const blank = text.find_last_not_of(' ', sign - 1) + 1;
        text.erase(blank, sign - blank);
        if (text.size() - blank == std::string_view{"+0000"}.size())
            text.insert(blank + 3, 1, ':');
    }
    return base::parse_rfc3339(text);
}

std::optional<base::TimePoint> read_moment(boost::json::value const& value)
{
    if (auto const* const text = value.if_string())
        return read_moment(std::string_view{text->data(), text->size()});
    if (!value.is_number())
        return std::nullopt;
    auto const number = value.to_number<double>();
    if (!(number >= least_milliseconds && number <= most_milliseconds))
        return std::nullopt;
    return base::TimePoint{std::chrono::milliseconds{static_cast<std::int64_t>(number)}};
}

}  // namespace api::genieacs
