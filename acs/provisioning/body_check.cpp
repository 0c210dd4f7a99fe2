#include "provisioning/body_check.hpp"

#include "provisioning/literals.hpp"
#include "provisioning/tree_access.hpp"
#include "provisioning/vocabulary.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace provisioning {

namespace {

/// What bodies may call besides the functions of conditions.
constexpr auto aggregates = std::to_array<std::string_view>(
    {"count", "sum", "min", "max", "avg", "bool_and", "bool_or", "every", "string_agg", "array_agg"});
constexpr auto windows = std::to_array<std::string_view>(
    {"row_number", "rank", "dense_rank", "ntile", "first_value", "last_value", "nth_value", "lag", "lead"});
constexpr auto more_functions =
    std::to_array<std::string_view>({"concat_ws", "array_remove", "to_date", "justify_hours"});
constexpr auto own_functions = std::to_array<std::string_view>(
    {"set_value", "ensure_instance", "delete_instance", "notify", "refresh", "download", "reboot", "tag", "task",
     "emit", "enrol", "value", "setting", "number", "time", "inet"});
constexpr auto readers = std::to_array<std::string_view>({"value", "setting", "number", "time", "inet"});

}  // namespace

BodyCheck::BodyCheck(TablePredicate const& may_read, BodyLimits const& limits)
    : TreeWalk{{.what = "the body",
                .where = "a body",
                .parts = "Bodies are made of columns, constants, operators, a few functions and sub-selects.",
                .flatter = "Write it flatter, or as a view.",
                .nesting = limits.nesting,
                .number_characters = limits.number_characters,
                .growth = limits.growth},
               0},
      may_read_{may_read},
      limits_{limits}
{
}

std::string BodyCheck::reason_for_node(std::string_view type) const
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

/// Whatever nodes it holds, with nothing to be said of the node itself.
Traits BodyCheck::everything(Object const& node)
{
    Traits traits;
    for (auto const& [key, content] : node)
        if (content.is_object() || content.is_array())
            traits |= check_member(node, {key.data(), key.size()});
    return traits;
}

Traits BodyCheck::constant(Object const& node)
{
    check_number(node);
    auto const* const string = tree::member(node, "sval");
    if (string && string->is_object() && names_a_moving_time(tree::text(string->get_object(), "sval")))
        body_.reads_clock = true;  // it may be one: 'today'
    return {};
}

Traits BodyCheck::column(Object const& node)
{
    constexpr auto system =
        std::to_array<std::string_view>({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid"});
    auto const parts = tree::names(node, "fields");
    if (std::ranges::find(parts, "*") != parts.end())
        refuse("* is not allowed", "Name the columns.");
    if (parts.empty() || parts.size() > 2)
        refuse(fmt::format("the name {} has too many parts", dotted(parts)), "Write column or table.column.");
    auto const& name = parts.back();
    if (is_among(system, name) || (name.starts_with("value_") && name.find_first_not_of("0123456789", 6) == name.npos))
        refuse(fmt::format("the column {} is not allowed", name), "Name a column of the table itself.");
    if (parts.size() == 1 && find_relation(name))
        refuse(fmt::format("the whole row of {} is not a value", name), "Name one of its columns.");
    if (parts.size() == 2 && !find_relation(parts.front()))
        refuse(fmt::format("there is no table {} in this FROM", parts.front()),
               "Name one of those in FROM, or its alias.");
    return {};
}

Traits BodyCheck::operation(Object const& node)
{
    static_cast<void>(operator_of(node));
    auto traits = check_member(node, "lexpr");
    traits |= check_member(node, "rexpr");
    return traits;
}

Traits BodyCheck::call(Object const& node)
{
    auto const parts = tree::names(node, "funcname");
    bool const is_plain = std::ranges::none_of(parts, [](auto const& part) { return part.contains('.'); });
    if (is_plain && parts.size() == 2 && parts.front() == "acs")
        return own_call(parts.back(), node);
    bool const is_builtin = is_plain && (parts.size() == 1 || (parts.size() == 2 && parts.front() == "pg_catalog"));
    auto const name = is_builtin ? parts.back() : std::string{};
    bool const is_aggregate = is_among(aggregates, name) || is_among(windows, name);
    auto const* const function = find_function(name);
    if (!is_aggregate && !is_among(more_functions, name) && (!function || name.starts_with("acs.")))
        refuse(
            fmt::format("the function {} is not allowed", dotted(parts)),
            parts.size() == 1 && is_among(own_functions, parts.front())
                ? fmt::format("Write acs.{}().", parts.front())
                : "docs/rules.md lists the functions that bodies may call; what is missing can be a column of a view.");
    if (!is_aggregate && (node.contains("agg_order") || node.contains("agg_filter") || node.contains("over") ||
                          node.contains("agg_distinct") || node.contains("agg_star")))
        refuse(fmt::format("{} is no aggregate", name), "Write the call with plain arguments.");
    body_.reads_clock = body_.reads_clock || (function && function->reads_clock);
    if (auto const* const over = tree::member(node, "over"); over && over->is_object())
        check_window(over->get_object());
    Traits traits;
    for (auto const* const part : {"args", "agg_order", "agg_filter"})
        traits |= check_member(node, part);
    if (function && function->lengthens)
        traits.growth = grown(name, node, traits.growth);
    return traits;
}

Traits BodyCheck::own_call(std::string const& name, Object const& node)
{
    if (!is_among(own_functions, name))
        refuse(fmt::format("the function acs.{} is not allowed", name), "docs/rules.md lists the actions.");
    if (node.contains("over") || node.contains("agg_order") || node.contains("agg_filter") ||
        node.contains("agg_distinct") || node.contains("agg_star"))
        refuse(fmt::format("acs.{} is no aggregate", name), "Write the call with plain arguments.");
    if (!is_among(readers, name))
        actions_.insert(name);
    return check_member(node, "args");
}

Traits BodyCheck::cast(Object const& node)
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

Traits BodyCheck::clock(Object const& node)
{
    check_moment(node);
    body_.reads_clock = true;
    return {};
}

Traits BodyCheck::element(Object const& node)
{
    check_indices(node, "Write columns as table.name, and elements as tags[1].");
    check_member(node, "indirection");
    return check_member(node, "arg");
}

Traits BodyCheck::sub_select(Object const& node)
{
    constexpr auto kinds = std::to_array<std::string_view>(
        {"EXISTS_SUBLINK", "ANY_SUBLINK", "ALL_SUBLINK", "EXPR_SUBLINK", "ARRAY_SUBLINK"});
    if (!is_among(kinds, tree::text(node, "subLinkType")))
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
    return {};
}

Traits BodyCheck::named_argument(Object const& node)
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
