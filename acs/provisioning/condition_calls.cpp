#include "provisioning/condition_walk.hpp"

#include "provisioning/parameter_name.hpp"
#include "provisioning/refusal.hpp"
#include "provisioning/tree_access.hpp"

#include <fmt/format.h>

namespace provisioning {

namespace json = boost::json;

Traits ConditionCheck::call(json::object const& node)
{
    auto const parts = tree::names(node, "funcname");
    if (parts == std::vector<std::string>{"value"})
        return value_call(node);
    auto const name = function_name(parts);
    auto const* const function = find_function(name);
    if (!function)
        refuse(fmt::format("the function {} is not allowed", dotted(parts)), hint_for_function(name));
    facts_.reads_clock = facts_.reads_clock || function->reads_clock;
    is_about_time_ = is_about_time_ || function->is_about_time;
    return check_arguments(node, *function);
}

std::string ConditionCheck::function_name(std::vector<std::string> const& parts)
{
    bool const is_plain = std::ranges::none_of(parts, [](auto const& part) { return part.contains('.'); });
    if (is_plain && parts.size() == 1)
        return parts[0];
    if (is_plain && parts.size() == 2 && parts[0] == "pg_catalog")
        return parts[1];
    return is_plain && parts.size() == 2 && parts[0] == "acs" ? "acs." + parts[1] : "";
}

Traits ConditionCheck::check_arguments(json::object const& node, FunctionFacts const& function)
{
    Traits all;
    auto const at = offset_;
    auto const* const arguments = tree::list(node, "args");
    for (std::size_t i = 0; arguments && i < arguments->size(); ++i) {
        auto traits = check((*arguments)[i]);
        offset_ = at;
        if (i < 8 && (function.own_arguments >> i & 1U) != 0)
            check_own_argument(function, traits);
        all |= traits;
    }
    if (function.lengthens)
        all.growth = grown(function.name, node, all.growth);
    all.has_device_text = all.has_device_text && function.returns_text;
    return all;
}

void ConditionCheck::check_own_argument(FunctionFacts const& function, Traits const& argument) const
{
    if (argument.has_device_text)
        refuse(fmt::format("this argument of {} may not come from a device", function.name),
               "Write it as a constant: one device's nonsense would fail the statement for all.");
    if (argument.constant_bytes > limits_.pattern_bytes)
        refuse(fmt::format("an argument of {} is longer than {} bytes", function.name, limits_.pattern_bytes),
               "Write a shorter one.");
}

Traits ConditionCheck::value_call(json::object const& node)
{
    auto const* const arguments = tree::list(node, "args");
    auto const* const constant =
        arguments && arguments->size() == 1 ? tree::string_constant(arguments->front()) : nullptr;
    if (!constant)
        refuse("value() takes one parameter path in quotes", "Write value('Device.Some.Parameter').");
    std::string path{tree::text(*constant, "sval")};
    if (auto problem = problem_of_parameter_name(path, limits_.path_bytes))
        refuse(std::move(*problem), "Write the full path of one parameter, such as 'Device.WiFi.SSID.1.SSID'.");
    if (is_secret_ && is_secret_(path))
        refuse(fmt::format("{} is a secret, and a search would give it away", path),
               "Conditions cannot read passwords and keys.");
    facts_.calls.push_back({offset_, std::move(path)});
    return {.has_device_text = true};
}

Traits ConditionCheck::cast(json::object const& node)
{
    auto const* const argument = tree::member(node, "arg");
    auto const* const type = tree::member(node, "typeName");
    if (!argument || !type || !type->is_object())
        refuse("the cast is not understood", "Write it in another way.");
    auto const at = offset_;
    auto const& type_node = type->get_object();
    auto const target = type_class(type_node);
    auto traits = check(*argument);
    offset_ = at;
    check_member(type_node, "typmods");
    is_about_time_ = is_about_time_ || target == TypeClass::time;
    bool const is_made_up_text = traits.constant_bytes > 0 && !tree::string_constant(*argument);  // may become 'today'
    facts_.reads_clock = facts_.reads_clock || (target == TypeClass::time && is_made_up_text);
    bool const is_array = tree::member(type_node, "arrayBounds") != nullptr;
    bool const keeps_text = target == TypeClass::text && (!is_array || tree::as(*argument, "A_ArrayExpr"));
    if (traits.has_device_text && !keeps_text)
        refuse_cast(*argument, target, dotted(tree::names(type_node, "names")));
    check_number_text(*argument, target);
    traits.has_device_text = traits.has_device_text && keeps_text;
    return traits;
}

TypeClass ConditionCheck::type_class(json::object const& type_node) const
{
    constexpr auto fields = std::to_array<std::string_view>({"names", "typemod", "typmods", "arrayBounds", "location"});
    auto const parts = tree::names(type_node, "names");
    bool const is_builtin = parts.size() == 2 && parts[0] == "pg_catalog";
    auto const type = is_builtin || parts.size() == 1 ? class_of_type(parts.back()) : TypeClass::unknown;
    bool const is_plain = std::ranges::all_of(
        type_node, [&](auto const& field) { return is_among(fields, {field.key().data(), field.key().size()}); });
    bool const is_array = tree::member(type_node, "arrayBounds") != nullptr;
    if (!is_plain || type == TypeClass::unknown || (is_array && type != TypeClass::text))
        refuse(fmt::format("the type {}{} is not allowed", dotted(parts), is_array ? "[]" : ""),
               "Cast to text, text[], boolean, integer, bigint, numeric, date, timestamptz, interval or inet.");
    return type;
}

void ConditionCheck::refuse_cast(json::value const& argument, TypeClass target, std::string const& type) const
{
    auto const* const what =
        is_value_call(argument) ? "value() is text as the device sent it, and is" : "text that a device reports is";
    auto reason = fmt::format("{} cast to {}: one device's nonsense would fail the statement for all", what, type);
    switch (target) {
        case TypeClass::number:
            refuse(std::move(reason), "Write acs.number(value('path')), which is NULL for what is not a number.");
        case TypeClass::time:
            refuse(std::move(reason), "Write acs.time(value('path')), which is NULL for what is not a time.");
        case TypeClass::other:
            if (type != "bool" && type != "pg_catalog.bool")
                refuse(std::move(reason), "Write acs.inet(value('path')), which is NULL for what is no address.");
            refuse(std::move(reason), "Compare texts: value('path') in ('1', 'true').");
        default: refuse(std::move(reason), "Leave the cast away.");
    }
}

void ConditionCheck::check_number_text(json::value const& argument, TypeClass target) const
{
    auto const* const string = tree::string_constant(argument);
    if (string && target == TypeClass::number)
        check_digits(tree::text(*string, "sval"));
}

}  // namespace provisioning
