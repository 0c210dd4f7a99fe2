#include "cwmp/path.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ranges>

namespace cwmp {
namespace {

constexpr std::string_view null_instance = "(null)";

constexpr bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_control(char c) noexcept
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// TR-106 allows XML name characters; bytes of UTF-8 beyond ASCII pass.
constexpr bool is_name_character(char c) noexcept
{
    return is_letter(c) || is_digit(c) || c == '_' || c == '-' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_number(std::string_view segment) noexcept
{
    return !segment.empty() && std::ranges::all_of(segment, is_digit);
}

/// How long the first segment of `rest` is: up to its dot, or to the end.
std::size_t segment_length(std::string_view rest) noexcept
{
    if (rest.starts_with('[')) {
        // A bracket that never closes is an ordinary character.
        for (auto close = rest.find(']'); close != rest.npos; close = rest.find(']', close + 1))
            if (close + 1 == rest.size() || rest[close + 1] == '.')
                return close + 1;
    }
    return std::min(rest.find('.'), rest.size());
}

/// Where the last segment begins.
std::size_t last_segment_at(std::string_view path) noexcept
{
    if (path.find('[') == path.npos) {
        auto const body = is_partial(path) && !path.empty() ? path.substr(0, path.size() - 1) : path;
        return body.rfind('.') + 1;  // npos + 1 is 0
    }
    std::size_t at = 0;
    auto const segments = Segments{path};
    for (auto segment = segments.begin(); segment != segments.end(); ++segment)
        at = path.size() - segment.rest().size();
    return at;
}

bool stands_for(std::string_view pattern, std::string_view segment) noexcept
{
    if (is_wildcard(pattern) || pattern == "{i}")
        return is_instance_segment(segment);
    return pattern == segment;
}

}  // namespace

Root root_of(std::string_view path) noexcept
{
    auto const first = *Segments::Iterator{path};
    if (first == "Device")
        return Root::device;
    if (first == "InternetGatewayDevice")
        return Root::internet_gateway_device;
    return Root::none;
}

std::string_view root_name(Root root) noexcept
{
    switch (root) {
        case Root::internet_gateway_device: return "InternetGatewayDevice.";
        case Root::device: return "Device.";
        case Root::none: break;
    }
    return {};
}

std::string_view parent(std::string_view path) noexcept
{
    return path.substr(0, last_segment_at(path));
}

std::string_view last_segment(std::string_view path) noexcept
{
    auto const last = path.substr(last_segment_at(path));
    return last.substr(0, segment_length(last));
}

Segments::Iterator::Iterator(std::string_view rest) noexcept : rest_{rest}, length_{segment_length(rest)} {}

Segments::Iterator& Segments::Iterator::operator++() noexcept
{
    rest_.remove_prefix(std::min(length_ + 1, rest_.size()));
    length_ = segment_length(rest_);
    return *this;
}

std::size_t depth(std::string_view path) noexcept
{
    auto const segments = Segments{path};
    return static_cast<std::size_t>(std::distance(segments.begin(), segments.end()));
}

std::optional<std::uint32_t> instance_number(std::string_view segment) noexcept
{
    if (!is_number(segment) || segment.front() == '0')
        return std::nullopt;
    std::uint32_t number = 0;
    auto const [end, error] = std::from_chars(segment.data(), segment.data() + segment.size(), number);
    if (error != std::errc{} || end != segment.data() + segment.size())
        return std::nullopt;
    return number;
}

std::optional<std::string_view> alias(std::string_view segment) noexcept
{
    if (segment.size() < 2 || segment.front() != '[' || segment.back() != ']')
        return std::nullopt;
    return segment.substr(1, segment.size() - 2);
}

bool is_instance_segment(std::string_view segment) noexcept
{
    return is_number(segment) || alias(segment) || is_wildcard(segment) || segment == "{i}" || segment == null_instance;
}

bool is_instance(std::string_view path) noexcept
{
    return !path.empty() && is_partial(path) && is_instance_segment(last_segment(path));
}

bool has_wildcard(std::string_view path) noexcept
{
    return path.find('*') != path.npos && std::ranges::any_of(Segments{path}, is_wildcard);
}

bool matches(std::string_view pattern, std::string_view path) noexcept
{
    Segments::Iterator want{pattern};
    Segments::Iterator have{path};
    auto const end = Segments::Iterator{};
    for (; want != end && have != end; ++want, ++have) {
        if (!stands_for(*want, *have))
            return false;
        // The last segments must both name a parameter, or both an object.
        bool const want_dot = want.rest().size() > (*want).size();
        bool const have_dot = have.rest().size() > (*have).size();
        if (want_dot != have_dot)
            return false;
    }
    return want == end && (have == end || is_partial(pattern));
}

std::string template_form(std::string_view path)
{
    std::string form;
    form.reserve(path.size() + 16);
    auto const end = Segments::Iterator{};
    for (Segments::Iterator segment{path}; segment != end; ++segment) {
        form += is_instance_segment(*segment) ? std::string_view{"{i}"} : *segment;
        if (segment.rest().size() > (*segment).size())
            form += '.';
    }
    return form;
}

std::string_view trim_path(std::string_view text) noexcept
{
    constexpr std::string_view white = " \t\r\n";
    auto const first = text.find_first_not_of(white);
    if (first == text.npos)
        return {};
    return text.substr(first, text.find_last_not_of(white) - first + 1);
}

PathForm form_of(std::string_view path) noexcept
{
    if (path.empty() || path.size() > max_path_length || std::ranges::any_of(path, is_control))
        return PathForm::unusable;
    for (auto const segment : Segments{path}) {
        bool const plain = !segment.empty() && std::ranges::all_of(segment, is_name_character);
        if (!plain && !(alias(segment) && segment.size() > 2))
            return PathForm::odd;
    }
    return PathForm::sound;
}

namespace {

/// The path in quotes, short enough for a line.
std::string in_quotes(std::string_view path)
{
    std::size_t most = 80;
    while (most > 0 && most < path.size() && (static_cast<unsigned char>(path[most]) & 0xc0) == 0x80)
        --most;  // not in the middle of a character
    std::string text = "\"";
    for (char const c : path.substr(0, most))
        text += is_control(c) ? '?' : c;
    return text + (path.size() > most ? "...\"" : "\"");
}

base::Result<void> check_root(std::string_view path)
{
    if (path.empty() || root_of(path) != Root::none)
        return {};
    return base::fail(fmt::format("the path {} must begin with \"Device.\" or \"InternetGatewayDevice.\" "
                                  "(names are case-sensitive)",
                                  in_quotes(path)));
}

base::Result<void> check_alias(std::string_view path, std::string_view name, PathRules rules)
{
    if (!rules.aliases)
        return base::fail(fmt::format("the path {} has an alias in brackets, but an instance number is needed here",
                                      in_quotes(path)));
    if (name.empty() || name.size() > max_alias_length)
        return base::fail(fmt::format("the alias in the path {} must have 1 to {} characters between its brackets",
                                      in_quotes(path), max_alias_length));
    return {};
}

base::Result<void> check_segment(std::string_view path, std::string_view segment, PathRules rules)
{
    if (segment.empty())
        return base::fail(fmt::format("the path {} has two dots in a row or begins with a dot; "
                                      "there must be a name between two dots",
                                      in_quotes(path)));
    if (auto const name = alias(segment))
        return check_alias(path, *name, rules);
    if (is_wildcard(segment)) {
        if (rules.wildcards)
            return {};
        return base::fail(
            fmt::format("the path {} has a wildcard *, but one certain instance is needed here", in_quotes(path)));
    }
    if (is_number(segment) && segment.size() > 1 && !instance_number(segment))
        return base::fail(
            fmt::format("\"{}\" in the path {} is no instance number; instance numbers are 1 to 4294967295 "
                        "without leading zeros",
                        segment, in_quotes(path)));
    if (segment == "{i}")
        return base::fail(fmt::format("the path {} has {{i}} in it; put an instance number there", in_quotes(path)));
    if (!std::ranges::all_of(segment, is_name_character))
        return base::fail(fmt::format("\"{}\" in the path {} is no name; names have letters, digits, '_' and '-'",
                                      segment, in_quotes(path)));
    return {};
}

}  // namespace

base::Result<void> check_path(std::string_view path, PathRules rules)
{
    if (path.size() > max_path_length)
        return base::fail(fmt::format("the path {} has {} bytes, the longest allowed is {}", in_quotes(path),
                                      path.size(), max_path_length));
    if (std::ranges::any_of(path, is_control))
        return base::fail(fmt::format("the path {} has control characters in it; remove them", in_quotes(path)));
    if (!rules.partial && is_partial(path))
        return base::fail(fmt::format("the path {} names {}, but the name of one parameter is needed here",
                                      in_quotes(path),
                                      path.empty() ? "the whole tree" : "an object (it ends with a dot)"));
    if (auto root = check_root(path); !root)
        return root;
    if (path == "Device" || path == "InternetGatewayDevice")
        return base::fail(fmt::format("the path {} is an object and needs a dot at its end", in_quotes(path)));
    for (auto const segment : Segments{path})
        if (auto good = check_segment(path, segment, rules); !good)
            return good;
    return {};
}

std::string shown_value(std::string_view path, std::string_view value)
{
    return std::string{!value.empty() && is_secret_path(path) ? masked_secret : value};
}

}  // namespace cwmp
