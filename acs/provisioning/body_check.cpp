#include "provisioning/body_check.hpp"

#include "provisioning/condition_walk.hpp"
#include "provisioning/literals.hpp"
#include "provisioning/refusal.hpp"
#include "provisioning/tree_access.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace provisioning {

namespace json = boost::json;

namespace {

template <std::size_t count>
bool contains(std::array<std::string_view, count> const& names, std::string_view name)
{
    return std::ranges::find(names, name) != names.end();
}

/// What bodies may call besides the functions of conditions.
constexpr auto aggregates = std::to_array<std::string_view>(
    {"count", "sum", "min", "max", "avg", "bool_and", "bool_or", "every", "string_agg", "array_agg"});
constexpr auto windows = std::to_array<std::string_view>(
    {"row_number", "rank", "dense_rank", "ntile", "first_value", "last_value", "nth_value", "lag", "lead"});
constexpr auto more_functions =
    std::to_array<std::string_view>({"concat_ws", "array_remove", "to_date", "justify_hours"});
constexpr auto own_functions =
    std::to_array<std::string_view>({"set_value", "ensure_instance", "delete_instance", "notify", "refresh", "download",
                                     "reboot", "tag", "task", "emit", "value", "setting", "number", "time", "inet"});
constexpr auto readers = std::to_array<std::string_view>({"value", "setting", "number", "time", "inet"});

std::string reason_for_node(std::string_view type)
{
    if (type == "ParamRef")
        return "placeholders such as $1 are not allowed";
    if (type == "RowExpr")
        return "rows of expressions are not allowed";
    if (type == "XmlExpr" || type == "XmlSerialize")
        return "XML expressions are not allowed";
    if (type == "A_Star")
        return "* is not allowed";
    return fmt::format("{} is not allowed in a body", type);
}

}  // namespace

bool is_position_field(std::string_view name) noexcept
{
    return name == "location" || name == "stmt_location" || name == "stmt_len";
}

void BodyCheck::refuse(std::string reason, std::string hint) const
{
    throw Refusal{offset_, std::move(reason), std::move(hint)};
}

void BodyCheck::move_to(Object const& node)
{
    auto const* const location = tree::member(node, "location");
    if (auto const* const byte = location ? location->if_int64() : nullptr; byte && *byte >= 0)
        offset_ = static_cast<std::size_t>(*byte);
}

void BodyCheck::check_fields(std::string_view what, Fields allowed, Object const& node) const
{
    for (auto const& [key, content] : node) {
        std::string_view const name{key.data(), key.size()};
        if (!is_position_field(name) && std::ranges::find(allowed, name) == allowed.end())
            refuse(fmt::format("{} with {} is not allowed in a body", what, name), "Write it in another way.");
    }
}

void BodyCheck::go_deeper()
{
    if (++depth_ > limits_.nesting)
        refuse(fmt::format("the body nests deeper than {} levels", limits_.nesting), "Write it flatter, or as a view.");
}

std::size_t BodyCheck::check(Value const& node)
{
    auto const* const object = node.if_object();
    if (!object || object->size() != 1 || !object->begin()->value().is_object())
        refuse("the body has a part that is not understood", "Write it in another way.");
    std::string_view const type{object->begin()->key().data(), object->begin()->key().size()};
    auto const& content = object->begin()->value().get_object();
    move_to(content);
    auto const rule = std::ranges::find(rules(), type, &NodeRule::type);
    if (rule == rules().end())
        refuse(reason_for_node(type),
               "Bodies are made of columns, constants, operators, a few functions and sub-selects.");
    check_fields(type, rule->fields, content);
    go_deeper();
    auto const growth = (this->*rule->handler)(content);
    --depth_;
    return growth;
}

std::size_t BodyCheck::check_member(Object const& node, std::string_view name)
{
    auto const* const found = tree::member(node, name);
    if (!found)
        return 1;
    auto const* const nodes = found->if_array();
    if (!nodes)
        return check(*found);
    std::size_t growth = 1;
    for (auto const& each : *nodes)
        growth = std::max(growth, check(each));
    return growth;
}

/// Whatever nodes it holds, with nothing to be said of the node itself.
std::size_t BodyCheck::everything(Object const& node)
{
    std::size_t growth = 1;
    for (auto const& [key, content] : node)
        if (content.is_object() || content.is_array())
            growth = std::max(growth, check_member(node, {key.data(), key.size()}));
    return growth;
}

std::size_t BodyCheck::constant(Object const& node)
{
    auto const* const number = tree::member(node, "fval");
    if (number && number->is_object() &&
        !is_moderate_number(tree::text(number->get_object(), "fval"), limits_.number_characters))
        refuse("the number is too long", "Write a number of fewer digits and an exponent below 100.");
    auto const* const string = tree::member(node, "sval");
    if (string && string->is_object() && names_a_moving_time(tree::text(string->get_object(), "sval")))
        body_.reads_clock = true;  // it may be one: 'today'
    return 1;
}

std::size_t BodyCheck::column(Object const& node)
{
    constexpr auto system =
        std::to_array<std::string_view>({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid"});
    auto const parts = tree::names(node, "fields");
    if (std::ranges::find(parts, "*") != parts.end())
        refuse("* is not allowed", "Name the columns.");
    if (parts.empty() || parts.size() > 2)
        refuse(fmt::format("the name {} has too many parts", dotted(parts)), "Write column or table.column.");
    auto const& name = parts.back();
    if (contains(system, name) || (name.starts_with("value_") && name.find_first_not_of("0123456789", 6) == name.npos))
        refuse(fmt::format("the column {} is not allowed", name), "Name a column of the table itself.");
    if (parts.size() == 1 && find_relation(name))
        refuse(fmt::format("the whole row of {} is not a value", name), "Name one of its columns.");
    if (parts.size() == 2 && !find_relation(parts.front()))
        refuse(fmt::format("there is no table {} in this FROM", parts.front()),
               "Name one of those in FROM, or its alias.");
    return 1;
}

std::size_t BodyCheck::operation(Object const& node)
{
    constexpr auto kinds = std::to_array<std::string_view>(
        {"AEXPR_OP", "AEXPR_OP_ANY", "AEXPR_OP_ALL", "AEXPR_DISTINCT", "AEXPR_NOT_DISTINCT", "AEXPR_NULLIF", "AEXPR_IN",
         "AEXPR_LIKE", "AEXPR_ILIKE", "AEXPR_SIMILAR", "AEXPR_BETWEEN", "AEXPR_NOT_BETWEEN", "AEXPR_BETWEEN_SYM",
         "AEXPR_NOT_BETWEEN_SYM"});
    auto const parts = tree::names(node, "name");
    bool const is_between = tree::text(node, "kind").contains("BETWEEN");
    if (!contains(kinds, tree::text(node, "kind")) || parts.size() != 1 ||
        !(is_between || is_allowed_operator(parts.front())))
        refuse(fmt::format("the operator {} is not allowed", dotted(parts)),
               "Use comparisons, arithmetic, ||, LIKE, ~, IN, BETWEEN, and @>, <@, && for arrays and addresses.");
    return std::max(check_member(node, "lexpr"), check_member(node, "rexpr"));
}

std::size_t BodyCheck::call(Object const& node)
{
    auto const parts = tree::names(node, "funcname");
    bool const is_plain = std::ranges::none_of(parts, [](auto const& part) { return part.contains('.'); });
    if (is_plain && parts.size() == 2 && parts.front() == "acs")
        return own_call(parts.back(), node);
    bool const is_builtin = is_plain && (parts.size() == 1 || (parts.size() == 2 && parts.front() == "pg_catalog"));
    auto const name = is_builtin ? parts.back() : std::string{};
    bool const is_aggregate = contains(aggregates, name) || contains(windows, name);
    auto const* const function = find_function(name);
    if (!is_aggregate && !contains(more_functions, name) && (!function || name.starts_with("acs.")))
        refuse(
            fmt::format("the function {} is not allowed", dotted(parts)),
            parts.size() == 1 && contains(own_functions, parts.front())
                ? fmt::format("Write acs.{}().", parts.front())
                : "docs/rules.md lists the functions that bodies may call; what is missing can be a column of a view.");
    if (!is_aggregate && (node.contains("agg_order") || node.contains("agg_filter") || node.contains("over") ||
                          node.contains("agg_distinct") || node.contains("agg_star")))
        refuse(fmt::format("{} is no aggregate", name), "Write the call with plain arguments.");
    body_.reads_clock = body_.reads_clock || (function && function->reads_clock);
    if (auto const* const over = tree::member(node, "over"); over && over->is_object())
        check_window(over->get_object());
    auto growth =
        std::max({check_member(node, "args"), check_member(node, "agg_order"), check_member(node, "agg_filter")});
    if (function && function->lengthens) {
        auto const* const arguments = tree::list(node, "args");
        auto const* const put_in =
            arguments && arguments->size() > 2 ? tree::string_constant((*arguments)[2]) : nullptr;
        if (!put_in)
            refuse(fmt::format("{} needs a constant to put in", name), "Write it as '...'.");
        growth *= std::max<std::size_t>(1, tree::text(*put_in, "sval").size());
        if (growth > limits_.growth)
            refuse(fmt::format("{} may lengthen the text more than {} times", name, limits_.growth),
                   "Put in shorter texts.");
    }
    return growth;
}

std::size_t BodyCheck::own_call(std::string const& name, Object const& node)
{
    if (!contains(own_functions, name))
        refuse(fmt::format("the function acs.{} is not allowed", name), "docs/rules.md lists the actions.");
    if (node.contains("over") || node.contains("agg_order") || node.contains("agg_filter") ||
        node.contains("agg_distinct") || node.contains("agg_star"))
        refuse(fmt::format("acs.{} is no aggregate", name), "Write the call with plain arguments.");
    if (!contains(readers, name))
        actions_.insert(name);
    return check_member(node, "args");
}

std::size_t BodyCheck::cast(Object const& node)
{
    constexpr auto fields = std::to_array<std::string_view>({"names", "typemod", "typmods", "arrayBounds"});
    auto const* const type = tree::member(node, "typeName");
    if (!type || !type->is_object())
        refuse("the cast is not understood", "Write it in another way.");
    auto const& type_node = type->get_object();
    check_fields("a type", fields, type_node);
    auto const parts = tree::names(type_node, "names");
    bool const is_builtin = parts.size() == 1 || (parts.size() == 2 && parts.front() == "pg_catalog");
    if (!is_builtin || (class_of_type(parts.back()) == TypeClass::unknown && parts.back() != "uuid"))
        refuse(fmt::format("the type {} is not allowed", dotted(parts)),
               "Cast to text, boolean, integer, bigint, numeric, date, timestamptz, interval, uuid or inet.");
    check_member(type_node, "typmods");
    return check_member(node, "arg");
}

std::size_t BodyCheck::clock(Object const& node)
{
    constexpr auto moments =
        std::to_array<std::string_view>({"SVFOP_CURRENT_DATE", "SVFOP_CURRENT_TIMESTAMP", "SVFOP_CURRENT_TIMESTAMP_N",
                                         "SVFOP_LOCALTIMESTAMP", "SVFOP_LOCALTIMESTAMP_N"});
    if (!contains(moments, tree::text(node, "op")))
        refuse("users, roles, schemas and times of day are not allowed in a body",
               "Write now(), current_date or current_timestamp for the time.");
    body_.reads_clock = true;
    return 1;
}

std::size_t BodyCheck::element(Object const& node)
{
    auto const* const steps = tree::list(node, "indirection");
    bool const are_indices =
        steps && std::ranges::all_of(*steps, [](auto const& step) { return tree::as(step, "A_Indices") != nullptr; });
    if (!are_indices)
        refuse("fields of a value are not allowed", "Write columns as table.name, and elements as tags[1].");
    check_member(node, "indirection");
    return check_member(node, "arg");
}

std::size_t BodyCheck::sub_select(Object const& node)
{
    constexpr auto kinds = std::to_array<std::string_view>(
        {"EXISTS_SUBLINK", "ANY_SUBLINK", "ALL_SUBLINK", "EXPR_SUBLINK", "ARRAY_SUBLINK"});
    if (!contains(kinds, tree::text(node, "subLinkType")))
        refuse("this kind of sub-select is not allowed", "Write EXISTS (...), IN (...), or a sub-select of one value.");
    auto const operation = tree::names(node, "operName");
    if (!operation.empty() && (operation.size() != 1 || !is_allowed_operator(operation.front())))
        refuse(fmt::format("the operator {} is not allowed", dotted(operation)), "Use a plain comparison.");
    check_member(node, "testexpr");
    auto const* const inner = tree::member(node, "subselect");
    auto const* const statement = inner ? tree::as(*inner, "SelectStmt") : nullptr;
    if (!statement)
        refuse("the sub-select is not understood", "Write it in another way.");
    select(*statement, false);
    return 1;
}

std::size_t BodyCheck::named_argument(Object const& node)
{
    return check_member(node, "arg");
}

void BodyCheck::check_window(Object const& window)
{
    constexpr auto fields = std::to_array<std::string_view>(
        {"name", "refname", "partitionClause", "orderClause", "frameOptions", "startOffset", "endOffset"});
    check_fields("a window", fields, window);
    for (auto const* const part : {"partitionClause", "orderClause", "startOffset", "endOffset"})
        check_member(window, part);
}

std::span<BodyCheck::NodeRule const> BodyCheck::rules()
{
    using Check = BodyCheck;
    static constexpr auto table = std::to_array<NodeRule>({
        {"A_Const", {"ival", "fval", "sval", "boolval", "isnull"}, &Check::constant},
        {"A_Expr", {"kind", "name", "lexpr", "rexpr"}, &Check::operation},
        {"BoolExpr", {"boolop", "args"}, &Check::everything},
        {"NullTest", {"arg", "nulltesttype"}, &Check::everything},
        {"BooleanTest", {"arg", "booltesttype"}, &Check::everything},
        {"FuncCall",
         {"funcname", "args", "funcformat", "agg_order", "agg_filter", "over", "agg_distinct", "agg_star"},
         &Check::call},
        {"ColumnRef", {"fields"}, &Check::column},
        {"TypeCast", {"arg", "typeName"}, &Check::cast},
        {"CaseExpr", {"arg", "args", "defresult"}, &Check::everything},
        {"CaseWhen", {"expr", "result"}, &Check::everything},
        {"CoalesceExpr", {"args"}, &Check::everything},
        {"MinMaxExpr", {"op", "args"}, &Check::everything},
        {"A_ArrayExpr", {"elements"}, &Check::everything},
        {"List", {"items"}, &Check::everything},
        {"A_Indirection", {"arg", "indirection"}, &Check::element},
        {"A_Indices", {"is_slice", "lidx", "uidx"}, &Check::everything},
        {"SQLValueFunction", {"op", "typmod"}, &Check::clock},
        {"SubLink", {"subLinkType", "testexpr", "operName", "subselect", "subLinkId"}, &Check::sub_select},
        {"SortBy", {"node", "sortby_dir", "sortby_nulls"}, &Check::everything},
        {"NamedArgExpr", {"arg", "name", "argnumber"}, &Check::named_argument},
    });
    return table;
}

}  // namespace provisioning
