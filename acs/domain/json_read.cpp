#include "domain/json_read.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

namespace domain {

namespace json = boost::json;

std::string text_in(json::object const& object, std::string_view name, std::string_view otherwise)
{
    auto const* value = object.if_contains(name);
    return std::string{value != nullptr && value->is_string() ? std::string_view{value->get_string()} : otherwise};
}

std::int64_t number_in(json::object const& object, std::string_view name, std::int64_t otherwise)
{
    auto const* value = object.if_contains(name);
    return value != nullptr && value->is_int64() ? value->get_int64() : otherwise;
}

std::vector<std::string> texts_in(json::object const& object, std::string_view name)
{
    std::vector<std::string> texts;
    auto const* value = object.if_contains(name);
    if (value == nullptr || !value->is_array())
        return texts;
    for (auto const& item : value->get_array())
        if (item.is_string())
            texts.emplace_back(item.get_string());
    return texts;
}

bool flag_in(json::object const& object, std::string_view name)
{
    auto const* value = object.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

json::object object_of(std::string_view text)
{
    boost::system::error_code error;
    auto value = json::parse({text.data(), text.size()}, error);
    return !error && value.is_object() ? std::move(value.get_object()) : json::object{};
}

}  // namespace domain
