#include "api/query.hpp"

#include "base/crypto.hpp"
#include "base/utf8.hpp"
#include "net/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace api {

namespace {

constexpr unsigned default_limit = 100;
constexpr unsigned max_limit = 1000;
constexpr std::size_t max_fields = 32;

std::string decoded(std::string_view text)
{
    std::string blanks{text};
    std::ranges::replace(blanks, '+', ' ');
    return net::percent_decoded(blanks);
}

bool is_plain_text(std::string_view text)
{
    return base::is_utf8(text) && !text.contains('\0');
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) noexcept
{
    Number value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

}  // namespace

std::string make_cursor(char list, std::string_view last_key)
{
    auto text = base::to_base64(fmt::format("{}:{}", list, last_key));
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    std::erase(text, '=');
    return text;
}

std::optional<std::string> read_cursor(char list, std::string_view cursor)
{
    std::string text{cursor};
    std::ranges::replace(text, '-', '+');
    std::ranges::replace(text, '_', '/');
    auto key = base::from_base64(text);
    if (key.size() < 2 || key[0] != list || key[1] != ':' || !is_plain_text(key))
        return std::nullopt;
    return key.substr(2);
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept
{
    constexpr std::chrono::milliseconds longest = std::chrono::days{1};
    std::int64_t unit = 1000;
    if (text.ends_with("ms")) {
        unit = 1;
        text.remove_suffix(2);
    } else if (text.ends_with('s')) {
        text.remove_suffix(1);
    } else if (text.ends_with('m')) {
        unit = 60'000;
        text.remove_suffix(1);
    }
    auto const amount = parse_number<std::uint32_t>(text);
    if (!amount || *amount * unit > longest.count())
        return std::nullopt;
    return std::chrono::milliseconds{*amount * unit};
}

Query::Query(std::string_view text)
{
    while (!text.empty()) {
        auto const end = std::min(text.find('&'), text.size());
        auto const pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (pair.empty())
            continue;
        if (fields_.size() == max_fields) {
            errors_.push_back({"query", fmt::format("has more than {} fields.", max_fields)});
            return;
        }
        auto const equals = std::min(pair.find('='), pair.size());
        fields_.push_back({decoded(pair.substr(0, equals)),
                           equals < pair.size() ? decoded(pair.substr(equals + 1)) : std::string{}, false});
    }
}

std::optional<std::string> Query::text(std::string_view name)
{
    std::optional<std::string> value;
    for (auto& field : fields_) {
        if (field.name != name)
            continue;
        if (field.was_read || value)
            add_error(name, "is given twice.");
        else if (!is_plain_text(field.value))
            add_error(name, "is not valid UTF-8.");
        else
            value = field.value;
        field.was_read = true;
    }
    return value;
}

bool Query::flag(std::string_view name)
{
    auto const given = text(name).value_or("false");
    if (given != "true" && given != "false")
        add_error(name, "must be true or false");
    return given == "true";
}

unsigned Query::limit()
{
    auto const given = text("limit");
    if (!given)
        return default_limit;
    auto const number = parse_number<unsigned>(*given);
    if (number && *number >= 1 && *number <= max_limit)
        return *number;
    add_error("limit", fmt::format("must be a number from 1 to {}, not \"{}\".", max_limit, *given));
    return default_limit;
}

std::string Query::after(char list)
{
    auto const given = text("after");
    if (!given)
        return {};
    if (auto key = read_cursor(list, *given))
        return *std::move(key);
    add_error("after", "is not a cursor of this list; give the \"next\" of the page before.");
    return {};
}

std::int64_t Query::after_number(char list)
{
    auto const key = after(list);
    if (key.empty())
        return 0;
    if (auto const number = parse_number<std::int64_t>(key))
        return *number;
    add_error("after", "is not a cursor of this list; give the \"next\" of the page before.");
    return 0;
}

std::optional<std::chrono::milliseconds> Query::wait(std::chrono::seconds most)
{
    auto const given = text("wait");
    if (!given)
        return std::nullopt;
    auto const time = parse_duration(*given);
    if (time && *time <= most)
        return time;
    add_error("wait",
              fmt::format("must be a time up to {}s such as \"30s\" or \"500ms\", not \"{}\".", most.count(), *given));
    return std::nullopt;
}

void Query::add_error(std::string_view name, std::string reason)
{
    errors_.push_back({std::string{name}, std::move(reason)});
}

Outcome<void> Query::problem() const
{
    auto errors = errors_;
    for (auto const& field : fields_)
        if (!field.was_read)
            errors.push_back({base::is_utf8(field.name) ? field.name : "query", "is not a field that this URL takes."});
    if (errors.empty())
        return {};
    auto detail = errors.size() == 1 ? fmt::format("{} {}", errors[0].field, errors[0].reason)
                                     : fmt::format("{} fields of the URL are wrong, see errors.", errors.size());
    return bad_request(std::move(detail), std::move(errors));
}

}  // namespace api
