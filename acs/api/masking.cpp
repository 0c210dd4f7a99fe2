#include "api/views.hpp"
#include "cwmp/path.hpp"
#include "net/url.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace api {

namespace json = boost::json;

namespace {

bool names_a_secret(json::object const& object, std::string_view member)
{
    auto const* const name = object.if_contains(member);
    return name != nullptr && name->is_string() &&
           cwmp::is_secret_path({name->get_string().data(), name->get_string().size()});
}

/// Hides a value, keeping {"value":..., "type":...} recognizable.
void hide(json::value& value)
{
    if (auto* const object = value.if_object(); object != nullptr && object->contains("value"))
        (*object)["value"] = masked;
    else if (value.is_object() || value.is_array())
        mask_secrets(value);
    else if (!value.is_null())
        value = masked;
}

void mask_object(json::object& object)
{
    if (names_a_secret(object, "name") || names_a_secret(object, "path"))
        if (auto* const value = object.if_contains("value"))
            hide(*value);
    for (auto& member : object) {
        std::string_view const key{member.key().data(), member.key().size()};
        if (key == "password" || cwmp::is_secret_path(key))
            hide(member.value());
        else
            mask_secrets(member.value());
    }
}

}  // namespace

void mask_secrets(json::value& json)
{
    if (auto* const object = json.if_object())
        mask_object(*object);
    else if (auto* const array = json.if_array())
        for (auto& element : *array)
            mask_secrets(element);
    else if (auto* const text = json.if_string(); text != nullptr)
        *text = net::without_logins({text->data(), text->size()});
}

}  // namespace api
