#include "net/headers.hpp"

#include <algorithm>

namespace net {

namespace {

constexpr std::string_view blanks = " \t";

char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

std::string_view trimmed(std::string_view text) noexcept
{
    auto const first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Appends `text` so that it cannot end the line that it stands in.
void append_within_line(std::string& line, std::string_view text)
{
    auto const start = line.size();
    line += text;
    std::replace_if(
        line.begin() + static_cast<std::ptrdiff_t>(start), line.end(),
        [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
}

/// The first pair of a Cookie value, ended by ';' or ',' outside quotes; takes it off `rest`.
std::string_view take_pair(std::string_view& rest) noexcept
{
    bool quoted = false;
    std::size_t end = 0;
    for (; end < rest.size(); ++end) {
        if (rest[end] == '"')
            quoted = !quoted;
        else if (!quoted && (rest[end] == ';' || rest[end] == ','))
            break;
    }
    auto const pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return trimmed(pair);
}

std::optional<std::string_view> find_in_cookie(std::string_view value, std::string_view name) noexcept
{
    while (!value.empty()) {
        auto const pair = take_pair(value);
        auto const equals = pair.find('=');
        if (equals == std::string_view::npos || trimmed(pair.substr(0, equals)) != name)
            continue;
        auto found = trimmed(pair.substr(equals + 1));
        if (found.size() >= 2 && found.front() == '"' && found.back() == '"')
            found = found.substr(1, found.size() - 2);
        return found;
    }
    return std::nullopt;
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept
{
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

Headers::Headers(std::initializer_list<Field> fields)
{
    for (auto const& field : fields)
        add(field.name, field.value);
}

void Headers::add(std::string_view name, std::string_view value)
{
    if (text_.empty()) {
        text_.reserve(512);
        entries_.reserve(12);
    }
    entries_.push_back({static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(name.size()),
                        static_cast<std::uint32_t>(value.size())});
    append_within_line(text_, name);
    text_ += ": ";
    append_within_line(text_, value);
    text_ += "\r\n";
}

void Headers::set(std::string_view name, std::string_view value)
{
    remove(name);
    add(name, value);
}

void Headers::remove(std::string_view name)
{
    for (auto i = entries_.size(); i-- > 0;)
        if (equal_ignoring_case((*this)[i].name, name))
            erase(i);
}

void Headers::clear() noexcept
{
    text_.clear();
    entries_.clear();
}

void Headers::erase(std::size_t index)
{
    auto const gone = entries_[index];
    auto const size = gone.name_size + gone.value_size + 4;  // ": " and CR LF
    text_.erase(gone.start, size);
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(index));
    for (auto i = index; i < entries_.size(); ++i)
        entries_[i].start -= size;
}

Headers::Field Headers::operator[](std::size_t index) const noexcept
{
    auto const& entry = entries_[index];
    std::string_view const text{text_};
    return {text.substr(entry.start, entry.name_size),
            text.substr(entry.start + entry.name_size + 2, entry.value_size)};
}

std::optional<std::string_view> Headers::find(std::string_view name) const noexcept
{
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (entries_[i].name_size != name.size())
            continue;
        auto const field = (*this)[i];
        if (equal_ignoring_case(field.name, name))
            return field.value;
    }
    return std::nullopt;
}

std::string_view Headers::get(std::string_view name) const noexcept
{
    return find(name).value_or(std::string_view{});
}

std::vector<std::string_view> Headers::all(std::string_view name) const
{
    std::vector<std::string_view> values;
    for (std::size_t i = 0; i < entries_.size(); ++i)
        if (auto const field = (*this)[i]; equal_ignoring_case(field.name, name))
            values.push_back(field.value);
    return values;
}

bool Headers::lists(std::string_view name, std::string_view token) const noexcept
{
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        auto const field = (*this)[i];
        if (!equal_ignoring_case(field.name, name))
            continue;
        for (auto rest = field.value; !rest.empty();) {
            auto const comma = std::min(rest.find(','), rest.size());
            auto const item = trimmed(rest.substr(0, comma));
            if (equal_ignoring_case(trimmed(item.substr(0, item.find(';'))), token))
                return true;
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
    }
    return false;
}

std::optional<std::string_view> find_cookie(Headers const& headers, std::string_view name) noexcept
{
    for (std::size_t i = 0; i < headers.size(); ++i)
        if (auto const field = headers[i]; equal_ignoring_case(field.name, "Cookie"))
            if (auto const value = find_in_cookie(field.value, name))
                return value;
    return std::nullopt;
}

}  // namespace net
