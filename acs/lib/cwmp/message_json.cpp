#include "cwmp/message_json.hpp"

#include "cwmp/message_fields.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <type_traits>

namespace cwmp {
namespace {

namespace json = boost::json;

bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

/// "FileTypeArg" -> "file_type_arg", "SuccessURL" -> "success_url".
std::string snake_case(std::string_view name)
{
    std::string result;
    for (std::size_t i = 0; i < name.size(); ++i) {
        bool const after_lower = i > 0 && !is_upper(name[i - 1]);
        bool const before_lower = i + 1 < name.size() && !is_upper(name[i + 1]);
        if (is_upper(name[i]) && i > 0 && (after_lower || before_lower))
            result += '_';
        result += is_upper(name[i]) ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
    }
    return result;
}

json::string text(std::string_view value)
{
    return json::string{value.data(), value.size()};
}

template <class T>
json::object object_of(T const& value);

json::value value_of(std::string const& value)
{
    return text(value);
}
json::value value_of(bool value)
{
    return value;
}
json::value value_of(int value)
{
    return value;
}
json::value value_of(std::uint32_t value)
{
    return value;
}
json::value value_of(std::uint64_t value)
{
    return value;
}
json::value value_of(std::optional<std::string> const& value)
{
    return value ? value_of(*value) : json::value{};
}

json::value value_of(ParameterValue const& parameter)
{
    auto const type = to_string(parameter.type);
    return json::object{{"name", text(parameter.name)},
                        {"type", text(type.empty() ? std::string{} : fmt::format("xsd:{}", type))},
                        {"value", text(parameter.value)}};
}

json::value value_of(OperationStruct const& operation)
{
    constexpr std::string_view kinds[] = {"InstallOpStruct", "UpdateOpStruct", "UninstallOpStruct"};
    json::object object{{"operation", text(kinds[operation.index()])}};
    auto const fields = std::visit([](auto const& value) { return object_of(value); }, operation);
    for (auto const& member : fields)
        object.emplace(member.key(), member.value());
    return object;
}

template <class T>
    requires(std::tuple_size_v<std::remove_const_t<decltype(fields_of<T>)>> > 0)
json::value value_of(T const& value)
{
    return object_of(value);
}

template <class T>
json::value value_of(std::vector<T> const& list)
{
    json::array array;
    array.reserve(list.size());
    for (auto const& item : list)
        array.push_back(value_of(item));
    return array;
}

template <class T>
json::object object_of(T const& value)
{
    json::object object;
    std::apply(
        [&](auto const&... field) { (object.emplace(snake_case(field.name), value_of(value.*field.member)), ...); },
        fields_of<T>);
    return object;
}

/// The header, and how the message was sent.
json::object header_of(Envelope const& envelope)
{
    json::object object;
    auto const method = method_name(envelope.message);
    object["method"] = text(method);
    object["id"] = value_of(envelope.id);
    object["namespace"] = nullptr;
    if (auto const digit = envelope.facts.namespace_digit)
        object["namespace"] = text(fmt::format("urn:dslforum-org:cwmp-1-{}", *digit));
    if (envelope.hold_requests)
        object["hold_requests"] = true;
    if (envelope.session_timeout)
        object["session_timeout"] = *envelope.session_timeout;
    if (!envelope.supported_cwmp_versions.empty())
        object["supported_cwmp_versions"] = value_of(envelope.supported_cwmp_versions);
    if (envelope.use_cwmp_version)
        object["use_cwmp_version"] = text(*envelope.use_cwmp_version);
    return object;
}

json::object arguments_of(Message const& message)
{
    return std::visit([](auto const& value) { return object_of(value); }, message);
}

}  // namespace

json::object to_json(Envelope const& envelope)
{
    auto object = header_of(envelope);
    for (auto const& member : arguments_of(envelope.message))
        object.insert_or_assign(member.key(), member.value());
    if (auto const* fault = std::get_if<Fault>(&envelope.message))
        object["faultcode"] = text(fault->soap_code);
    if (auto const* unknown = std::get_if<Unknown>(&envelope.message))
        object["raw"] = text(unknown->raw);
    return object;
}

}  // namespace cwmp
