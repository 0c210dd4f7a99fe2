#include "provisioning/condition_check.hpp"

#include "provisioning/condition_walk.hpp"
#include "provisioning/literals.hpp"
#include "provisioning/refusal.hpp"
#include "provisioning/tree_access.hpp"

#include <fmt/format.h>

namespace provisioning {

namespace json = boost::json;

ConditionCheck::ConditionCheck(std::size_t text_start, SecretPredicate const& is_secret, GuardLimits const& limits)
    : TreeWalk{{.what = "the expression",
                .where = "a condition",
                .parts = "Conditions are made of columns, value('path'), constants, operators and a few functions.",
                .flatter = "Write long chains with AND, OR or IN (...).",
                .nesting = limits.nesting,
                .number_characters = limits.number_characters,
                .growth = limits.growth},
               text_start},
      is_secret_{is_secret},
      limits_{limits}
{
}

ConditionFacts ConditionCheck::run(json::value const& expression)
{
    check(expression);
    if (is_about_time_ && moving_time_)
        throw Refusal{*moving_time_, "'now', 'today' and the like would be read once and then stand still",
                      "Write now() or date_trunc('day', now()) and intervals."};
    std::ranges::sort(facts_.calls, {}, &ValueCall::offset);
    return std::move(facts_);
}

std::string ConditionCheck::reason_for_node(std::string_view type) const
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

void ConditionCheck::refuse_field(std::string_view what) const
{
    if (what == "FuncCall")
        refuse("VARIADIC, DISTINCT, ORDER BY, FILTER, OVER and * are not allowed in a call",
               "Write the call with plain arguments.");
    if (what == "A_Const")
        refuse("bit strings are not allowed", "Write numbers, '...', true or false.");
}

Traits ConditionCheck::constant(json::object const& node)
{
    check_number(node);
    auto const* const string = tree::member(node, "sval");
    if (!string || !string->is_object())
        return {};
    auto const content = tree::text(string->get_object(), "sval");
    if (!moving_time_ && names_a_moving_time(content))
        moving_time_ = offset_;
    return {.constant_bytes = content.size()};
}

Traits ConditionCheck::column(json::object const& node)
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
    facts_.reads_clock = facts_.reads_clock || column->reads_clock;
    return {.has_device_text = column->is_device_text};
}

Traits ConditionCheck::operation(json::object const& node)
{
    auto const name = operator_of(node);
    auto const left = check_member(node, "lexpr");
    auto const right = check_member(node, "rexpr");
    if (takes_pattern(name))
        check_pattern(right);
    return result_of(tree::text(node, "kind"), name, left, right);
}

Traits ConditionCheck::result_of(std::string_view kind, std::string_view name, Traits const& left, Traits const& right)
{
    constexpr auto carrying = std::to_array<std::string_view>({"||", "+", "-", "*", "/", "%"});
    if (kind == "AEXPR_NULLIF")
        return left;
    if (kind != "AEXPR_OP" || !is_among(carrying, name))
        return {};
    auto both = left;
    both |= right;
    return both;
}

void ConditionCheck::check_pattern(Traits const& pattern) const
{
    if (pattern.has_device_text)
        refuse("a pattern may not come from a device",
               "Compare with starts_with() or strpos(), or write the pattern as a constant.");
    if (pattern.constant_bytes > limits_.pattern_bytes)
        refuse(fmt::format("the pattern is longer than {} bytes", limits_.pattern_bytes), "Write a shorter one.");
}

Traits ConditionCheck::clock(json::object const& node)
{
    check_moment(node);
    facts_.reads_clock = is_about_time_ = true;
    return {};
}

Traits ConditionCheck::test(json::object const& node)
{
    check_member(node, "arg");
    return {};
}

Traits ConditionCheck::logic(json::object const& node)
{
    check_member(node, "args");
    return {};
}

Traits ConditionCheck::choice(json::object const& node)
{
    check_member(node, "arg");
    auto traits = check_member(node, "args");
    traits |= check_member(node, "defresult");
    return traits;
}

Traits ConditionCheck::choice_branch(json::object const& node)
{
    check_member(node, "expr");
    return check_member(node, "result");
}

Traits ConditionCheck::first_or_best(json::object const& node)
{
    return check_member(node, "args");
}

Traits ConditionCheck::array(json::object const& node)
{
    return check_member(node, "elements");
}

Traits ConditionCheck::items(json::object const& node)
{
    return check_member(node, "items");
}

Traits ConditionCheck::element(json::object const& node)
{
    auto const traits = check_member(node, "arg");
    check_indices(node, "Write columns as device.name, and elements as tags[1].");
    check_member(node, "indirection");
    return traits;
}

Traits ConditionCheck::indices(json::object const& node)
{
    check_member(node, "lidx");
    check_member(node, "uidx");
    return {};
}

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
