#include "provisioning/condition_check.hpp"

#include "provisioning/condition_walk.hpp"
#include "provisioning/literals.hpp"
#include "provisioning/refusal.hpp"
#include "provisioning/tree_access.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace provisioning {

namespace json = boost::json;

namespace {

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

}  // namespace

std::string dotted(std::vector<std::string> const& parts)
{
    return fmt::format("{}", fmt::join(parts, "."));
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

void ConditionCheck::refuse(std::string reason, std::string hint) const
{
    throw Refusal{offset_, std::move(reason), std::move(hint)};
}

void ConditionCheck::move_to(json::object const& node)
{
    auto const* const location = tree::member(node, "location");
    auto const* const byte = location ? location->if_int64() : nullptr;
    if (byte && *byte >= static_cast<std::int64_t>(text_start_))
        offset_ = static_cast<std::size_t>(*byte) - text_start_;
}

void ConditionCheck::check_fields(NodeRule const& rule, json::object const& node) const
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
        refuse(fmt::format("{} with {} is not allowed in a condition", rule.type, name), "Write it in another way.");
    }
}

Traits ConditionCheck::check(json::value const& node)
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

Traits ConditionCheck::check_member(json::object const& node, std::string_view name)
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

Traits ConditionCheck::constant(json::object const& node)
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
    return {.has_device_text = column->is_device_text};
}

Traits ConditionCheck::operation(json::object const& node)
{
    constexpr auto kinds = std::to_array<std::string_view>(
        {"AEXPR_OP", "AEXPR_OP_ANY", "AEXPR_OP_ALL", "AEXPR_DISTINCT", "AEXPR_NOT_DISTINCT", "AEXPR_NULLIF", "AEXPR_IN",
         "AEXPR_LIKE", "AEXPR_ILIKE", "AEXPR_SIMILAR", "AEXPR_BETWEEN", "AEXPR_NOT_BETWEEN", "AEXPR_BETWEEN_SYM",
         "AEXPR_NOT_BETWEEN_SYM"});
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

Traits ConditionCheck::result_of(std::string_view kind, std::string_view name, Traits const& left, Traits const& right)
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
    constexpr auto moments =
        std::to_array<std::string_view>({"SVFOP_CURRENT_DATE", "SVFOP_CURRENT_TIMESTAMP", "SVFOP_CURRENT_TIMESTAMP_N",
                                         "SVFOP_LOCALTIMESTAMP", "SVFOP_LOCALTIMESTAMP_N"});
    if (std::ranges::find(moments, tree::text(node, "op")) == moments.end())
        refuse("users, roles, schemas and times of day are not allowed in a condition",
               "Write now(), current_date or current_timestamp for the time.");
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
    auto const* const steps = tree::list(node, "indirection");
    bool const are_indices =
        steps && std::ranges::all_of(*steps, [](auto const& step) { return tree::as(step, "A_Indices") != nullptr; });
    if (!are_indices)
        refuse("fields of a value are not allowed", "Write columns as device.name, and elements as tags[1].");
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
