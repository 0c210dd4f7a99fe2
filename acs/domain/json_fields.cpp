#include "domain/json_fields.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace domain {

namespace json = boost::json;

std::string to_text(std::vector<FieldComplaint> const& complaints)
{
    std::string text;
    for (auto const& complaint : complaints)
        text += fmt::format("{}{} {}", text.empty() ? "" : "; ", complaint.field, complaint.what);
    return text;
}

json::value const* JsonFields::find(std::string_view name)
{
    known_.emplace_back(name);
    auto const* const value = object_.if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

std::string JsonFields::text(std::string_view name)
{
    if (auto value = optional_text(name))
        return *std::move(value);
    if (object_.if_contains(name) == nullptr)
        complain(name, "is missing");
    return {};
}

std::string JsonFields::text_or(std::string_view name, std::string_view fallback)
{
    return optional_text(name).value_or(std::string{fallback});
}

std::optional<std::string> JsonFields::optional_text(std::string_view name)
{
    auto const* const value = find(name);
    if (value == nullptr)
        return std::nullopt;
    if (auto const* const text = value->if_string())
        return std::string{text->data(), text->size()};
    complain(name, "must be a string");
    return std::nullopt;
}

std::uint32_t JsonFields::number_or(std::string_view name, std::uint32_t fallback)
{
    auto const number = optional_number(name);
    if (!number)
        return fallback;
    if (*number < 0 || *number > UINT32_MAX) {
        complain(name, "must be between 0 and 4294967295");
        return fallback;
    }
    return static_cast<std::uint32_t>(*number);
}

std::optional<std::int64_t> JsonFields::optional_number(std::string_view name)
{
    auto const* const value = find(name);
    if (value == nullptr)
        return std::nullopt;
    boost::system::error_code error;
    auto const number = value->to_number<std::int64_t>(error);
    if (!error)
        return number;
    complain(name, "must be a whole number");
    return std::nullopt;
}

bool JsonFields::flag_or(std::string_view name, bool fallback)
{
    auto const* const value = find(name);
    if (value == nullptr)
        return fallback;
    if (auto const* const flag = value->if_bool())
        return *flag;
    complain(name, "must be true or false");
    return fallback;
}

std::vector<std::string> JsonFields::texts(std::string_view name)
{
    std::vector<std::string> found;
    auto const* const value = find(name);
    if (value == nullptr)
        return found;
    auto const* const array = value->if_array();
    if (array == nullptr || !std::ranges::all_of(*array, [](json::value const& v) { return v.is_string(); })) {
        complain(name, "must be an array of strings");
        return found;
    }
    for (auto const& element : *array)
        found.emplace_back(element.get_string().data(), element.get_string().size());
    return found;
}

std::vector<json::object const*> JsonFields::objects(std::string_view name)
{
    std::vector<json::object const*> found;
    auto const* const value = find(name);
    if (value == nullptr)
        return found;
    auto const* const array = value->if_array();
    if (array == nullptr || !std::ranges::all_of(*array, [](json::value const& v) { return v.is_object(); })) {
        complain(name, "must be an array of objects");
        return found;
    }
    for (auto const& element : *array)
        found.push_back(&element.get_object());
    return found;
}

void JsonFields::complain(std::string_view name, std::string_view what)
{
    complaints_.push_back({path_of(name), std::string{what}});
}

void JsonFields::adopt(JsonFields& inner)
{
    inner.note_unknown();
    std::ranges::move(inner.complaints_, std::back_inserter(complaints_));
    inner.complaints_.clear();
}

base::Result<void> JsonFields::finish()
{
    auto const complaints = finish_each();
    if (complaints.empty())
        return {};
    return base::fail(to_text(complaints));
}

std::vector<FieldComplaint> JsonFields::finish_each()
{
    note_unknown();
    return std::exchange(complaints_, {});
}

void JsonFields::note_unknown()
{
    for (auto const& member : object_) {
        std::string_view const name{member.key().data(), member.key().size()};
        if (std::ranges::find(known_, name) == known_.end())
            complaints_.push_back({path_of(name), "is not known here"});
    }
}

std::optional<std::string> scalar_text(json::value const& value)
{
    switch (value.kind()) {
        case json::kind::string: return std::string{value.get_string().data(), value.get_string().size()};
        case json::kind::int64: return std::to_string(value.get_int64());
        case json::kind::uint64: return std::to_string(value.get_uint64());
        case json::kind::double_: return fmt::format("{}", value.get_double());
        case json::kind::bool_: return value.get_bool() ? "1" : "0";
        default: return std::nullopt;
    }
}

}  // namespace domain
