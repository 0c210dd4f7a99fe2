#include "provisioning/condition_check.hpp"

#include "provisioning/parameter_name.hpp"
#include "provisioning/refusal.hpp"
#include "provisioning/tree_access.hpp"
#include "provisioning/vocabulary.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace provisioning {

namespace json = boost::json;

namespace {

/// What matters of the result of an expression.
struct Traits {
    bool has_device_text = false;    ///< it may hold text that a device chose
    std::size_t growth = 1;          ///< how many times longer than its inputs it may be
    std::size_t constant_bytes = 0;  ///< of the string constants in it

    Traits& operator|=(Traits const& other)
    {
        has_device_text = has_device_text || other.has_device_text;
        growth = std::max(growth, other.growth);
        constant_bytes += other.constant_bytes;
        return *this;
    }
};

/// True when a date or time type reads the clock for this constant: 'now', 'today', ...
bool names_a_moving_time(std::string_view text)
{
    constexpr auto moving = std::to_array<std::string_view>({"now", "today", "tomorrow", "yesterday"});
    std::string word;
    auto const is_moving = [&] { return std::ranges::find(moving, word) != moving.end(); };
    for (char const c : text) {
        char const lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if (lower >= 'a' && lower <= 'z') {
            word += lower;
            continue;
        }
        if (is_moving())
            return true;
        word.clear();
    }
    return is_moving();
}

/// False for numbers of absurd length or magnitude: PostgreSQL would calculate with 131,072 digits.
bool is_moderate_number(std::string_view digits, std::size_t most_characters)
{
    auto const exponent = digits.find_first_of("eE");
    if (digits.size() > most_characters)
        return false;
    if (exponent == std::string_view::npos)
        return true;
    auto power = digits.substr(exponent + 1);
    if (power.starts_with('+') || power.starts_with('-'))
        power.remove_prefix(1);
    return power.find_first_not_of('0') == std::string_view::npos || power.size() - power.find_first_not_of('0') <= 2;
}

/// "device.id" of a column, "pg_catalog.lower" of a function, as the user is told.
std::string dotted(std::vector<std::string> const& parts)
{
    return fmt::format("{}", fmt::join(parts, "."));
}

/// Why a kind of node that is not on the list is refused.
std::string reason_for_node(std::string_view type)
{
    struct Reason {
        std::string_view type, reason;
    };
    constexpr auto reasons = std::to_array<Reason>({
        {"SubLink", "sub-selects are not allowed"},
        {"ParamRef", "placeholders such as $1 are not allowed"},
        {"RowExpr", "rows and lists of expressions are not allowed"},
        {"CollateClause", "COLLATE is not allowed"},
        {"NamedArgExpr", "named arguments are not allowed"},
        {"XmlExpr", "XML expressions are not allowed"},
        {"XmlSerialize", "XML expressions are not allowed"},
        {"SetToDefault", "DEFAULT is not allowed"},
    });
    auto const found = std::ranges::find(reasons, type, &Reason::type);
    return found != reasons.end() ? std::string{found->reason} : fmt::format("{} is not allowed in a condition", type);
}

class ConditionCheck {
public:
    ConditionCheck(std::size_t text_start, SecretPredicate const& is_secret, GuardLimits const& limits)
        : text_start_{text_start}, is_secret_{is_secret}, limits_{limits}
    {
    }

    ConditionFacts run(json::value const& expression)
    {
        check(expression);
        if (is_about_time_ && moving_time_)
            throw Refusal{*moving_time_, "'now', 'today' and the like would be read once and then stand still",
                          "Write now() or date_trunc('day', now()) and intervals."};
        std::ranges::sort(facts_.calls, {}, &ValueCall::offset);
        return std::move(facts_);
    }

private:
    using Handler = Traits (ConditionCheck::*)(json::object const& node);
    struct NodeRule {
        std::string_view type;
        std::array<std::string_view, 5> fields;  ///< besides "location"; any other one is a clause nobody asked for
        Handler handler;
    };
    static std::span<NodeRule const> rules();

    [[noreturn]] void refuse(std::string reason, std::string hint) const
    {
        throw Refusal{offset_, std::move(reason), std::move(hint)};
    }

    /// Remembers where the user's text has this node, if the tree says so.
    void move_to(json::object const& node)
    {
        auto const* const location = tree::member(node, "location");
        auto const* const byte = location ? location->if_int64() : nullptr;
        if (byte && *byte >= static_cast<std::int64_t>(text_start_))
            offset_ = static_cast<std::size_t>(*byte) - text_start_;
    }

    void check_fields(NodeRule const& rule, json::object const& node) const
    {
        for (auto const& [key, content] : node) {
            std::string_view const name{key.data(), key.size()};
            if (name == "location" || std::ranges::find(rule.fields, name) != rule.fields.end())
                continue;
            if (rule.type == "FuncCall")
                refuse("VARIADIC, DISTINCT, ORDER BY, FILTER, OVER and * are not allowed in a call",
                       "Write the call with plain arguments.");
            if (rule.type == "A_Const")
                refuse("bit strings are not allowed", "Write numbers, '...', true or false.");
            refuse(fmt::format("{} with {} is not allowed in a condition", rule.type, name),
                   "Write it in another way.");
        }
    }

    Traits check(json::value const& node)
    {
        auto const* const object = node.if_object();
        if (!object || object->size() != 1 || !object->begin()->value().is_object())
            refuse("the expression has a part that is not understood", "Write it in another way.");
        std::string_view const type{object->begin()->key().data(), object->begin()->key().size()};
        auto const& content = object->begin()->value().get_object();
        move_to(content);
        auto const rule = std::ranges::find(rules(), type, &NodeRule::type);
        if (rule == rules().end())
            refuse(reason_for_node(type),
                   "Conditions are made of columns, value('path'), constants, operators and a few functions.");
        check_fields(*rule, content);
        if (++depth_ > limits_.nesting)
            refuse(fmt::format("the expression nests deeper than {} levels", limits_.nesting),
                   "Write long chains with AND, OR or IN (...).");
        auto const traits = (this->*rule->handler)(content);
        --depth_;
        return traits;
    }

    /// Checks one member, a node or a list of nodes; absent ones have no traits.
    Traits check_member(json::object const& node, std::string_view name)
    {
        Traits traits;
        auto const* const found = tree::member(node, name);
        if (!found)
            return traits;
        auto const* const nodes = found->if_array();
        if (!nodes)
            return check(*found);
        for (auto const& each : *nodes)
            traits |= check(each);
        return traits;
    }

    Traits constant(json::object const& node)
    {
        auto const* const number = tree::member(node, "fval");
        if (number && number->is_object() &&
            !is_moderate_number(tree::text(number->get_object(), "fval"), limits_.number_characters))
            refuse("the number is too long", "Write a number of fewer digits and an exponent below 100.");
        auto const* const string = tree::member(node, "sval");
        if (!string || !string->is_object())
            return {};
        auto const content = tree::text(string->get_object(), "sval");
        if (!moving_time_ && names_a_moving_time(content))
            moving_time_ = offset_;
        return {.constant_bytes = content.size()};
    }

    Traits column(json::object const& node)
    {
        auto parts = tree::names(node, "fields");
        auto const written = dotted(parts);
        if (parts.size() == 2 && parts.front() == "device")
            parts.erase(parts.begin());
        if (parts.size() == 1 && parts.front() == "device")
            refuse("the whole row is not a value", "Name one of its columns, such as device.serial_number.");
        auto const* const column = parts.size() == 1 ? find_column(parts.front()) : nullptr;
        if (!column)
            refuse(fmt::format("there is no column {}", written), hint_for_column(parts.empty() ? "" : parts.back()));
        facts_.columns.emplace(column->name);
        is_about_time_ = is_about_time_ || column->is_time;
        return {.has_device_text = column->is_device_text};
    }

    Traits operation(json::object const& node)
    {
        constexpr auto kinds = std::to_array<std::string_view>(
            {"AEXPR_OP", "AEXPR_OP_ANY", "AEXPR_OP_ALL", "AEXPR_DISTINCT", "AEXPR_NOT_DISTINCT", "AEXPR_NULLIF",
             "AEXPR_IN", "AEXPR_LIKE", "AEXPR_ILIKE", "AEXPR_SIMILAR", "AEXPR_BETWEEN", "AEXPR_NOT_BETWEEN",
             "AEXPR_BETWEEN_SYM", "AEXPR_NOT_BETWEEN_SYM"});
        auto const kind = tree::text(node, "kind");
        auto const parts = tree::names(node, "name");
        bool const is_between = kind.find("BETWEEN") != std::string_view::npos;
        if (std::ranges::find(kinds, kind) == kinds.end() || parts.size() != 1 ||
            !(is_between || is_allowed_operator(parts.front())))
            refuse(fmt::format("the operator {} is not allowed", dotted(parts)),
                   "Use comparisons, arithmetic, ||, LIKE, ~, IN, BETWEEN, and @>, <@, && for arrays and addresses.");
        auto const left = check_member(node, "lexpr");
        auto const right = check_member(node, "rexpr");
        if (takes_pattern(parts.front()))
            check_pattern(right);
        return result_of(kind, parts.front(), left, right);
    }

    static Traits result_of(std::string_view kind, std::string_view name, Traits const& left, Traits const& right)
    {
        constexpr auto carrying = std::to_array<std::string_view>({"||", "+", "-", "*", "/", "%"});
        if (kind == "AEXPR_NULLIF")
            return left;
        if (kind != "AEXPR_OP" || std::ranges::find(carrying, name) == carrying.end())
            return {};
        auto both = left;
        both |= right;
        return both;
    }

    void check_pattern(Traits const& pattern) const
    {
        if (pattern.has_device_text)
            refuse("a pattern may not come from a device",
                   "Compare with starts_with() or strpos(), or write the pattern as a constant.");
        if (pattern.constant_bytes > limits_.pattern_bytes)
            refuse(fmt::format("the pattern is longer than {} bytes", limits_.pattern_bytes), "Write a shorter one.");
    }

    Traits call(json::object const& node)
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

    /// As the vocabulary has it; "" for names of other schemas, and for quoted ones with a dot of their own.
    static std::string function_name(std::vector<std::string> const& parts)
    {
        bool const is_plain = std::ranges::none_of(parts, [](auto const& part) { return part.contains('.'); });
        if (is_plain && parts.size() == 1)
            return parts[0];
        if (is_plain && parts.size() == 2 && parts[0] == "pg_catalog")
            return parts[1];
        return is_plain && parts.size() == 2 && parts[0] == "acs" ? "acs." + parts[1] : "";
    }

    Traits check_arguments(json::object const& node, FunctionFacts const& function)
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
            all.growth = grown(function, arguments, all.growth);
        all.has_device_text = all.has_device_text && function.returns_text;
        return all;
    }

    void check_own_argument(FunctionFacts const& function, Traits const& argument) const
    {
        if (argument.has_device_text)
            refuse(fmt::format("this argument of {} may not come from a device", function.name),
                   "Write it as a constant: one device's nonsense would fail the statement for all.");
        if (argument.constant_bytes > limits_.pattern_bytes)
            refuse(fmt::format("an argument of {} is longer than {} bytes", function.name, limits_.pattern_bytes),
                   "Write a shorter one.");
    }

    std::size_t grown(FunctionFacts const& function, json::array const* arguments, std::size_t before) const
    {
        auto const* const put_in =
            arguments && arguments->size() > 2 ? tree::string_constant((*arguments)[2]) : nullptr;
        if (!put_in)
            refuse(fmt::format("{} needs a constant to put in", function.name), "Write it as '...'.");
        auto const growth = before * std::max<std::size_t>(1, tree::text(*put_in, "sval").size());
        if (growth > limits_.growth)
            refuse(fmt::format("{} may lengthen the text more than {} times", function.name, limits_.growth),
                   "Put in shorter texts, or call it fewer times on the same text.");
        return growth;
    }

    Traits value_call(json::object const& node)
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

    Traits cast(json::object const& node)
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
        bool const is_array = tree::member(type_node, "arrayBounds") != nullptr;
        bool const keeps_text = target == TypeClass::text && (!is_array || tree::as(*argument, "A_ArrayExpr"));
        if (traits.has_device_text && !keeps_text)
            refuse_cast(*argument, target, dotted(tree::names(type_node, "names")));
        check_number_text(*argument, target);
        traits.has_device_text = traits.has_device_text && keeps_text;
        return traits;
    }

    TypeClass type_class(json::object const& type_node) const
    {
        constexpr auto fields =
            std::to_array<std::string_view>({"names", "typemod", "typmods", "arrayBounds", "location"});
        auto const parts = tree::names(type_node, "names");
        bool const is_builtin = parts.size() == 2 && parts[0] == "pg_catalog";
        auto const type = is_builtin || parts.size() == 1 ? class_of_type(parts.back()) : TypeClass::unknown;
        bool const is_plain = std::ranges::all_of(type_node, [&](auto const& field) {
            return std::ranges::find(fields, std::string_view{field.key().data(), field.key().size()}) != fields.end();
        });
        bool const is_array = tree::member(type_node, "arrayBounds") != nullptr;
        if (!is_plain || type == TypeClass::unknown || (is_array && type != TypeClass::text))
            refuse(fmt::format("the type {}{} is not allowed", dotted(parts), is_array ? "[]" : ""),
                   "Cast to text, text[], boolean, integer, bigint, numeric, date, timestamptz, interval or inet.");
        return type;
    }

    [[noreturn]] void refuse_cast(json::value const& argument, TypeClass target, std::string const& type) const
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

    void check_number_text(json::value const& argument, TypeClass target) const
    {
        auto const* const string = tree::string_constant(argument);
        if (string && target == TypeClass::number &&
            !is_moderate_number(tree::text(*string, "sval"), limits_.number_characters))
            refuse("the number is too long", "Write a number of fewer digits and an exponent below 100.");
    }

    Traits clock(json::object const& node)
    {
        constexpr auto moments = std::to_array<std::string_view>({"SVFOP_CURRENT_DATE", "SVFOP_CURRENT_TIMESTAMP",
                                                                  "SVFOP_CURRENT_TIMESTAMP_N", "SVFOP_LOCALTIMESTAMP",
                                                                  "SVFOP_LOCALTIMESTAMP_N"});
        if (std::ranges::find(moments, tree::text(node, "op")) == moments.end())
            refuse("users, roles, schemas and times of day are not allowed in a condition",
                   "Write now(), current_date or current_timestamp for the time.");
        facts_.reads_clock = is_about_time_ = true;
        return {};
    }

    Traits test(json::object const& node)
    {
        check_member(node, "arg");
        return {};
    }

    Traits logic(json::object const& node)
    {
        check_member(node, "args");
        return {};
    }

    Traits choice(json::object const& node)
    {
        check_member(node, "arg");
        auto traits = check_member(node, "args");
        traits |= check_member(node, "defresult");
        return traits;
    }

    Traits choice_branch(json::object const& node)
    {
        check_member(node, "expr");
        return check_member(node, "result");
    }

    Traits first_or_best(json::object const& node) { return check_member(node, "args"); }
    Traits array(json::object const& node) { return check_member(node, "elements"); }
    Traits items(json::object const& node) { return check_member(node, "items"); }

    Traits element(json::object const& node)
    {
        auto const traits = check_member(node, "arg");
        auto const* const steps = tree::list(node, "indirection");
        bool const are_indices = steps && std::ranges::all_of(*steps, [](auto const& step) {
                                     return tree::as(step, "A_Indices") != nullptr;
                                 });
        if (!are_indices)
            refuse("fields of a value are not allowed", "Write columns as device.name, and elements as tags[1].");
        check_member(node, "indirection");
        return traits;
    }

    Traits indices(json::object const& node)
    {
        check_member(node, "lidx");
        check_member(node, "uidx");
        return {};
    }

    std::size_t text_start_;
    SecretPredicate const& is_secret_;
    GuardLimits const& limits_;
    ConditionFacts facts_;
    std::size_t offset_ = 0;  ///< where in the user's text we are
    std::size_t depth_ = 0;
    bool is_about_time_ = false;
    std::optional<std::size_t> moving_time_;  ///< where the first 'now' or the like is
};

std::span<ConditionCheck::NodeRule const> ConditionCheck::rules()
{
    using Check = ConditionCheck;
    static constexpr auto table = std::to_array<NodeRule>({
        {"A_Const", {"ival", "fval", "sval", "boolval", "isnull"}, &Check::constant},
        {"A_Expr", {"kind", "name", "lexpr", "rexpr"}, &Check::operation},
        {"BoolExpr", {"boolop", "args"}, &Check::logic},
        {"NullTest", {"arg", "nulltesttype"}, &Check::test},
        {"BooleanTest", {"arg", "booltesttype"}, &Check::test},
        {"FuncCall", {"funcname", "args", "funcformat"}, &Check::call},
        {"ColumnRef", {"fields"}, &Check::column},
        {"TypeCast", {"arg", "typeName"}, &Check::cast},
        {"CaseExpr", {"arg", "args", "defresult"}, &Check::choice},
        {"CaseWhen", {"expr", "result"}, &Check::choice_branch},
        {"CoalesceExpr", {"args"}, &Check::first_or_best},
        {"MinMaxExpr", {"op", "args"}, &Check::first_or_best},
        {"A_ArrayExpr", {"elements"}, &Check::array},
        {"List", {"items"}, &Check::items},
        {"A_Indirection", {"arg", "indirection"}, &Check::element},
        {"A_Indices", {"is_slice", "lidx", "uidx"}, &Check::indices},
        {"SQLValueFunction", {"op", "typmod"}, &Check::clock},
    });
    return table;
}

}  // namespace

ConditionFacts check_condition(json::value const& expression, std::size_t text_start, SecretPredicate const& is_secret,
                               GuardLimits const& limits)
{
    return ConditionCheck{text_start, is_secret, limits}.run(expression);
}

bool is_value_call(json::value const& node)
{
    auto const* const call = tree::as(node, "FuncCall");
    return call && tree::names(*call, "funcname") == std::vector<std::string>{"value"};
}

}  // namespace provisioning
