#include "storage/sealed_json.hpp"

#include "cwmp/path.hpp"
#include "storage/array_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <functional>

namespace storage {

namespace {

namespace json = boost::json;

constexpr std::string_view mark = "sealed";
constexpr auto mask = cwmp::masked_secret;

std::string_view view(json::string_view text)
{
    return {text.data(), text.size()};
}

bool is_secret_name(std::string_view name)
{
    return name == "password" || (!cwmp::is_partial(name) && cwmp::is_secret_path(name));
}

/// The object names a secret path: {"name":"Device...KeyPassphrase","value":"..."}.
bool names_a_secret(json::object const& object)
{
    for (auto const* const key : {"name", "path"})
        if (auto const* const name = object.if_contains(key); name != nullptr && name->is_string())
            if (is_secret_name(view(name->get_string())))
                return true;
    return false;
}

class Sealing {
public:
    Sealing(base::Sealer const& sealer, std::string_view place) : sealer_{sealer}, place_{place} {}

    void walk(json::value& value) const
    {
        if (auto* const array = value.if_array()) {
            for (auto& element : *array)
                walk(element);
        } else if (auto* const object = value.if_object()) {
            bool const named = names_a_secret(*object);
            for (auto& member : *object) {
                bool const secret = is_secret_name(view(member.key())) || (named && view(member.key()) == "value");
                secret ? seal(member.value()) : walk(member.value());
            }
        }
    }

private:
    void seal(json::value& value) const
    {
        if (auto const* const text = value.if_string())
            value = json::object{{mark, sealer_.seal(view(*text), place_)}};
        else if (auto* const object = value.if_object(); object != nullptr && object->contains("value"))
            seal(object->at("value"));
        else
            walk(value);
    }

    base::Sealer const& sealer_;
    std::string_view place_;
};

/// Puts `replace(sealed text)` where {"sealed":...} stands.
void walk_sealed(json::value& value, std::function<json::value(std::string_view)> const& replace)
{
    if (auto* const array = value.if_array()) {
        for (auto& element : *array)
            walk_sealed(element, replace);
    } else if (auto* const object = value.if_object()) {
        auto const* const text = object->size() == 1 ? object->if_contains(mark) : nullptr;
        if (text != nullptr && text->is_string()) {
            value = replace(view(text->get_string()));
            return;
        }
        for (auto& member : *object)
            walk_sealed(member.value(), replace);
    }
}

/// Parses, lets `change` work on it and writes it again.
std::string changed_text(std::string_view text, std::function<void(json::value&)> const& change)
{
    if (text.empty())
        return {};
    json::parse_options options;
    options.max_depth = 128;
    boost::system::error_code error;
    auto value = json::parse({text.data(), text.size()}, error, {}, options);
    if (error)
        value = json::string_view{text.data(), text.size()};
    change(value);
    return storable_json(json::serialize(value));
}

}  // namespace

void seal_secrets(base::Sealer const& sealer, std::string_view place, json::value& json)
{
    Sealing{sealer, place}.walk(json);
}

void open_secrets(base::Sealer const& sealer, std::string_view place, json::value& json)
{
    walk_sealed(json, [&](std::string_view sealed) -> json::value {
        auto const secret = sealer.open(sealed, place);
        return secret ? json::value(json::string(*secret)) : json::value(nullptr);
    });
}

void mask_secrets(json::value& json)
{
    walk_sealed(json, [](std::string_view) -> json::value { return json::string_view{mask.data(), mask.size()}; });
}

std::string sealed_text(base::Sealer const& sealer, std::string_view place, std::string_view json)
{
    return changed_text(json, [&](json::value& value) { seal_secrets(sealer, place, value); });
}

std::string opened_text(base::Sealer const& sealer, std::string_view place, std::string_view json)
{
    return changed_text(json, [&](json::value& value) { open_secrets(sealer, place, value); });
}

std::string masked_text(std::string_view json)
{
    return changed_text(json, [](json::value& value) { mask_secrets(value); });
}

}  // namespace storage
