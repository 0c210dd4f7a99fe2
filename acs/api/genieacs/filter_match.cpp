#include "api/genieacs/filter_match.hpp"

#include "api/genieacs/moments.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

namespace api::genieacs {

namespace json = boost::json;

namespace {

using Kind = Filter::Kind;
using Comparison = Filter::Comparison;

std::string_view view(json::string_view text)
{
    return {text.data(), text.size()};
}

json::value const* find(json::object const& document, std::string_view path)
{
    auto const* object = &document;
    for (;;) {
        auto const dot = path.find('.');
        auto const* const member = object->if_contains(path.substr(0, dot));
        if (member == nullptr || dot == path.npos)
            return member;
        object = member->if_object();
        if (object == nullptr)
            return nullptr;
        path.remove_prefix(dot + 1);
    }
}

/// A plain text, and where in another it must stand.
struct Fragment {
    std::string text;
    bool at_start = false, at_end = false;

    [[nodiscard]] bool is_in(std::string_view whole) const
    {
        if (at_start && at_end)
            return whole == text;
        return at_start ? whole.starts_with(text) : at_end ? whole.ends_with(text) : whole.contains(text);
    }
};

/// None for an expression that is more than a text with '^' before or '$' behind it.
std::optional<Fragment> fragment_of(std::string_view expression)
{
    Fragment fragment;
    fragment.at_start = expression.starts_with('^');
    if (fragment.at_start)
        expression.remove_prefix(1);
    for (std::size_t i = 0; i < expression.size(); ++i) {
        char const c = expression[i];
        if (c == '$' && i + 1 == expression.size()) {
            fragment.at_end = true;
        } else if (c == '\\' && i + 1 < expression.size() &&
                   !std::isalnum(static_cast<unsigned char>(expression[i + 1]))) {
            fragment.text += expression[++i];
        } else if (std::string_view{R"(\^$.|?*+()[]{})"}.contains(c)) {
            return std::nullopt;
        } else {
            fragment.text += c;
        }
    }
    return fragment;
}

/// Below zero, zero, above; none for what has no common order. Texts that are both moments are compared as such.
std::optional<int> compare(json::value const& member, json::value const& wanted)
{
    if (member.is_number() && wanted.is_number()) {
        auto const a = member.to_number<double>();
        auto const b = wanted.to_number<double>();
        return a < b ? -1 : a > b ? 1 : 0;
    }
    if (!member.is_string())
        return std::nullopt;
    auto const a = read_moment(member);
    auto const b = read_moment(wanted);
    if (a && b)
        return *a < *b ? -1 : *a > *b ? 1 : 0;
    if (!wanted.is_string())
        return std::nullopt;
    return member.get_string().compare(wanted.get_string());
}

bool equals(json::value const* member, json::value const& wanted)
{
    if (wanted.is_null())
        return member == nullptr || member->is_null();
    if (member == nullptr)
        return false;
    return *member == wanted || compare(*member, wanted) == 0;
}

bool is_ordered(json::value const* member, Filter const& filter)
{
    auto const order = member == nullptr ? std::nullopt : compare(*member, filter.value);
    if (!order)
        return false;
    switch (filter.comparison) {
        case Comparison::greater: return *order > 0;
        case Comparison::at_least: return *order >= 0;
        case Comparison::less: return *order < 0;
        default: return *order <= 0;
    }
}

Outcome<bool> compared(json::object const& document, Filter const& filter)
{
    auto const* const member = find(document, filter.path);
    switch (filter.comparison) {
        case Comparison::equal: return equals(member, filter.value);
        case Comparison::one_of:
            return std::ranges::any_of(filter.value.get_array(),
                                       [member](json::value const& each) { return equals(member, each); });
        case Comparison::exists: return (member != nullptr) == filter.value.get_bool();
        case Comparison::matches: {
            auto const fragment = fragment_of(view(filter.value.get_string()));
            if (!fragment || filter.ignores_case)
                return bad_query(filter.path, "is matched with plain text here, with ^ before or $ behind it");
            return member != nullptr && member->is_string() && fragment->is_in(view(member->get_string()));
        }
        default: return is_ordered(member, filter);
    }
}

}  // namespace

Outcome<bool> matches(json::object const& document, Filter const& filter)
{
    if (filter.kind == Kind::comparison)
        return compared(document, filter);
    bool const is_any = filter.kind == Kind::any || filter.kind == Kind::none;
    bool is_met = !is_any;
    for (auto const& part : filter.parts) {  // all of them: a query is wrong for every document, or for none
        auto const each = matches(document, part);
        if (!each)
            return each;
        is_met = is_any ? is_met || *each : is_met && *each;
    }
    return filter.kind == Kind::none ? !is_met : is_met;
}

std::optional<std::string_view> demanded_text(Filter const& filter, std::string_view path)
{
    if (filter.kind == Kind::comparison) {
        bool const is_it = filter.path == path && filter.comparison == Comparison::equal && filter.value.is_string();
        return is_it ? std::optional{view(filter.value.get_string())} : std::nullopt;
    }
    if (filter.kind == Kind::all)
        for (auto const& part : filter.parts)
            if (auto const text = demanded_text(part, path))
                return text;
    return std::nullopt;
}

std::optional<std::string> demanded_start(Filter const& filter, std::string_view path)
{
    if (filter.kind == Kind::comparison) {
        if (filter.path != path || filter.comparison != Comparison::matches || filter.ignores_case)
            return std::nullopt;
        auto fragment = fragment_of(view(filter.value.get_string()));
        return fragment && fragment->at_start ? std::optional{std::move(fragment->text)} : std::nullopt;
    }
    if (filter.kind == Kind::all)
        for (auto const& part : filter.parts)
            if (auto text = demanded_start(part, path))
                return text;
    return std::nullopt;
}

}  // namespace api::genieacs
