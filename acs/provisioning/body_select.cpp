#include "provisioning/body_check.hpp"
#include "provisioning/tree_access.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace provisioning {

namespace json = boost::json;

GuardedBody BodyCheck::run(Object const& node)
{
    select(node, true);
    body_.tables.assign(tables_.begin(), tables_.end());
    body_.actions.assign(actions_.begin(), actions_.end());
    return std::move(body_);
}

void BodyCheck::select(Object const& node, bool is_top)
{
    constexpr auto fields = std::to_array<std::string_view>(
        {"distinctClause", "targetList", "fromClause", "whereClause", "groupClause", "havingClause", "windowClause",
         "sortClause", "limitOffset", "limitCount", "limitOption", "withClause", "op", "all", "larg", "rarg"});
    if (node.contains("intoClause"))
        refuse("SELECT INTO makes a table", "A body only reads.");
    if (node.contains("lockingClause"))
        refuse("FOR UPDATE and the like lock rows", "A body only reads.");
    if (node.contains("valuesLists"))
        refuse("VALUES is not allowed", "Put the list into a table of your own, or write CASE.");
    check_fields("SELECT", fields, node);
    go_deeper();
    scopes_.emplace_back();
    if (auto const* const clause = tree::member(node, "withClause"); clause && clause->is_object())
        with(clause->get_object());
    auto const operation = tree::text(node, "op");
    if (operation == "SETOP_UNION")
        union_of(node, is_top);
    else if (operation == "SETOP_NONE")
        plain_select(node, is_top);
    else
        refuse("INTERSECT and EXCEPT are not allowed", "Write EXISTS or NOT EXISTS.");
    scopes_.pop_back();
    come_back();
}

void BodyCheck::union_of(Object const& node, bool is_top)
{
    for (auto const* const side : {"larg", "rarg"}) {
        auto const* const part = tree::member(node, side);
        if (!part || !part->is_object())
            refuse("the UNION is not understood", "Write it in another way.");
        select(part->get_object(), is_top);
    }
    for (auto const* const part : {"sortClause", "limitOffset", "limitCount"})
        check_member(node, part);
}

void BodyCheck::plain_select(Object const& node, bool is_top)
{
    if (auto const* const items = tree::list(node, "fromClause"))
        for (auto const& item : *items)
            from(item);
    check_member(node, "whereClause");
    if (auto const* const condition = tree::member(node, "whereClause"))
        connect(*condition);
    check_connected();
    targets(node, is_top);
    for (auto const* const part : {"groupClause", "havingClause", "sortClause", "limitOffset", "limitCount"})
        check_member(node, part);
    if (auto const* const distinct = tree::list(node, "distinctClause"))
        for (auto const& each : *distinct)
            if (each.is_object() && !each.get_object().empty())  // DISTINCT alone has one empty node
                check(each);
    if (auto const* const windows = tree::list(node, "windowClause"))
        for (auto const& window : *windows) {
            auto const* const definition = tree::as(window, "WindowDef");
            if (!definition)
                refuse("the WINDOW is not understood", "Write it in another way.");
            check_window(*definition);
        }
}

void BodyCheck::with(Object const& clause)
{
    constexpr auto fields = std::to_array<std::string_view>({"ctes"});
    constexpr auto cte_fields =
        std::to_array<std::string_view>({"ctename", "aliascolnames", "ctematerialized", "ctequery"});
    move_to(clause);
    if (clause.contains("recursive"))
        refuse("WITH RECURSIVE is not allowed", "Keep trees in a table that has them flat.");
    check_fields("WITH", fields, clause);
    auto const* const list = tree::list(clause, "ctes");
    for (std::size_t i = 0; list && i < list->size(); ++i) {
        auto const* const expression = tree::as((*list)[i], "CommonTableExpr");
        auto const* const query = expression ? tree::member(*expression, "ctequery") : nullptr;
        auto const* const inner = query ? tree::as(*query, "SelectStmt") : nullptr;
        if (expression)
            move_to(*expression);
        if (!inner)
            refuse("WITH may hold nothing but SELECT", "A body only reads.");
        check_fields("WITH", cte_fields, *expression);
        select(*inner, false);
        scopes_.back().ctes.emplace_back(tree::text(*expression, "ctename"));
    }
}

void BodyCheck::targets(Object const& node, bool is_top)
{
    constexpr auto fields = std::to_array<std::string_view>({"name", "val"});
    auto const* const list = tree::list(node, "targetList");
    if (!list || list->empty())
        refuse("the SELECT has no columns", "Write SELECT device.id, acs.set_value(...) FROM acs.device");
    for (auto const& each : *list) {
        auto const* const target = tree::as(each, "ResTarget");
        auto const* const value = target ? tree::member(*target, "val") : nullptr;
        if (!value)
            refuse("a column is not understood", "Write it in another way.");
        check_fields("a column", fields, *target);
        check(*value);
    }
    if (!is_top)
        return;
    first_column(*tree::as(list->front(), "ResTarget"));
    if (list->size() < 2 || list->size() - 1 > limits_.columns)
        refuse("a body has the device's id and at least one action",
               fmt::format("At most {} stand side by side.", limits_.columns));
    if (body_.columns != 0 && body_.columns != list->size())
        refuse("the parts of the UNION have different numbers of columns", "Give each the same.");
    body_.columns = list->size();
}

void BodyCheck::first_column(Object const& target) const
{
    auto const* const column = tree::as(*tree::member(target, "val"), "ColumnRef");
    auto const parts = column ? tree::names(*column, "fields") : std::vector<std::string>{};
    auto const* const relation = parts.size() == 2 ? find_relation(parts.front()) : nullptr;
    if (!relation || (relation->is_device && parts.back() != "id"))
        refuse("the first column is not the device's id",
               "Begin with SELECT device.id, from acs.device or from a sub-select.");
}

void BodyCheck::from(Value const& item)
{
    go_deeper();
    if (auto const* const node = tree::as(item, "RangeVar"))
        table(*node);
    else if (auto const* const subquery = tree::as(item, "RangeSubselect"))
        nested(*subquery);
    else if (auto const* const joined = tree::as(item, "JoinExpr"))
        join(*joined);
    else
        refuse("functions, XMLTABLE and TABLESAMPLE are not allowed in FROM", "Read tables, views and sub-selects.");
    come_back();
}

void BodyCheck::table(Object const& node)
{
    constexpr auto fields =
        std::to_array<std::string_view>({"schemaname", "relname", "inh", "relpersistence", "alias"});
    move_to(node);
    check_fields("a table", fields, node);
    auto const schema = tree::text(node, "schemaname");
    auto const name = tree::text(node, "relname");
    auto const* const alias = tree::member(node, "alias");
    std::string const known_as{alias && alias->is_object() ? tree::text(alias->get_object(), "aliasname") : name};
    if (schema.empty()) {
        if (!is_cte(name))
            refuse(fmt::format("the table {} has no schema", name), "Write schema.table, such as acs.device.");
        add_relation(known_as, false);
        return;
    }
    auto const qualified = fmt::format("{}.{}", schema, name);
    bool const is_catalog = schema.starts_with("pg_") || schema == "information_schema";
    if (is_catalog || schema.contains('.') || name.contains('.'))
        refuse(fmt::format("the table {} is PostgreSQL's own", qualified),
               "Rules read schema acs and tables granted to acs_rules.");
    if (!may_read_(qualified))
        refuse(fmt::format("rules may not read {}", qualified),
               fmt::format("If it exists: GRANT USAGE ON SCHEMA {} TO acs_rules; GRANT SELECT ON {} TO acs_rules.",
                           schema, qualified));
    tables_.insert(qualified);
    add_relation(known_as, qualified == "acs.device");
}

void BodyCheck::nested(Object const& node)
{
    constexpr auto fields = std::to_array<std::string_view>({"lateral", "subquery", "alias"});
    check_fields("a sub-select", fields, node);
    auto const* const inner = tree::member(node, "subquery");
    auto const* const statement = inner ? tree::as(*inner, "SelectStmt") : nullptr;
    auto const* const alias = tree::member(node, "alias");
    if (!statement || !alias || !alias->is_object())
        refuse("the sub-select in FROM has no name", "Write (SELECT ...) AS name.");
    std::string const name{tree::text(alias->get_object(), "aliasname")};
    select(*statement, false);
    add_relation(name, false);
    if (node.contains("lateral"))
        connect_lateral(*statement, name);
}

void BodyCheck::join(Object const& node)
{
    constexpr auto fields =
        std::to_array<std::string_view>({"jointype", "larg", "rarg", "usingClause", "quals", "rtindex"});
    if (node.contains("isNatural"))
        refuse("NATURAL JOIN is not allowed", "Name the columns: ON a.x = b.y.");
    check_fields("JOIN", fields, node);
    auto const* const left = tree::member(node, "larg");
    auto const* const right = tree::member(node, "rarg");
    if (!left || !right)
        refuse("the JOIN is not understood", "Write it in another way.");
    auto& relations = scopes_.back().relations;
    from(*left);
    auto const middle = relations.size();
    from(*right);
    if (node.contains("usingClause") && middle > 0 && middle < relations.size())
        connect_aliases({relations[middle - 1].alias}, {relations[middle].alias});
    check_member(node, "quals");
    if (auto const* const condition = tree::member(node, "quals"))
        connect(*condition);
}

void BodyCheck::add_relation(std::string alias, bool is_device)
{
    auto& relations = scopes_.back().relations;
    if (relations.size() >= limits_.relations)
        refuse(fmt::format("more than {} tables in one FROM", limits_.relations), "Divide the body, or make a view.");
    auto const group = relations.size();
    relations.push_back({std::move(alias), is_device, group});
}

/// Takes the conditions that must all hold for what connects relations: column = column.
void BodyCheck::connect(Value const& condition, std::size_t depth)
{
    if (auto const* const logic = tree::as(condition, "BoolExpr");
        logic && tree::text(*logic, "boolop") == "AND_EXPR" && depth < limits_.nesting) {
        if (auto const* const parts = tree::list(*logic, "args"))
            for (auto const& part : *parts)
                connect(part, depth + 1);
        return;
    }
    auto const* const comparison = tree::as(condition, "A_Expr");
    auto const kind = comparison ? tree::text(*comparison, "kind") : "";
    if (!comparison || (kind != "AEXPR_OP" && kind != "AEXPR_OP_ANY") ||
        tree::names(*comparison, "name") != std::vector<std::string>{"="})
        return;
    auto const* const left = tree::member(*comparison, "lexpr");
    auto const* const right = tree::member(*comparison, "rexpr");
    if (left && right)
        connect_aliases(aliases_in(*left), aliases_in(*right));
}

void BodyCheck::connect_aliases(std::set<std::string> const& left, std::set<std::string> const& right)
{
    if (left.size() != 1 || right.size() != 1)
        return;
    auto& relations = scopes_.back().relations;
    auto const one = std::ranges::find(relations, *left.begin(), &Relation::alias);
    auto const other = std::ranges::find(relations, *right.begin(), &Relation::alias);
    if (one == relations.end() || other == relations.end())
        return;
    auto const from = one->group;
    auto const to = other->group;
    for (auto& relation : relations)
        if (relation.group == from)
            relation.group = to;
}

/// A LATERAL sub-select is connected to those that its own conditions compare with.
void BodyCheck::connect_lateral(Object const& subquery, std::string const& alias)
{
    auto const* const condition = tree::member(subquery, "whereClause");
    auto const* const logic = condition ? tree::as(*condition, "BoolExpr") : nullptr;
    json::array const one = condition ? json::array{*condition} : json::array{};
    bool const is_and = logic && tree::text(*logic, "boolop") == "AND_EXPR";
    auto const* const parts = is_and ? tree::list(*logic, "args") : &one;
    for (std::size_t i = 0; parts && i < parts->size(); ++i) {
        auto const* const comparison = tree::as((*parts)[i], "A_Expr");
        if (!comparison || tree::names(*comparison, "name") != std::vector<std::string>{"="})
            continue;
        for (auto const* const side : {"lexpr", "rexpr"})
            if (auto const* const value = tree::member(*comparison, side))
                connect_aliases({alias}, aliases_in(*value));
    }
}

void BodyCheck::check_connected() const
{
    auto const& relations = scopes_.back().relations;
    for (auto const& relation : relations)
        if (relation.group != relations.front().group)
            refuse(fmt::format("{} and {} are not connected", relations.front().alias, relation.alias),
                   "Join every table by a condition table.column = other.column, with the tables' names before the "
                   "columns.");
}

/// The relations of this SELECT whose columns are named in `node`.
std::set<std::string> BodyCheck::aliases_in(Value const& node) const
{
    std::set<std::string> found;
    if (auto const* const column = tree::as(node, "ColumnRef")) {
        auto const parts = tree::names(*column, "fields");
        auto const& relations = scopes_.back().relations;
        if (parts.size() == 2 && std::ranges::find(relations, parts.front(), &Relation::alias) != relations.end())
            found.insert(parts.front());
    } else if (auto const* const object = node.if_object()) {
        for (auto const& member : *object)
            found.merge(aliases_in(member.value()));
    } else if (auto const* const array = node.if_array()) {
        for (auto const& each : *array)
            found.merge(aliases_in(each));
    }
    return found;
}

Relation const* BodyCheck::find_relation(std::string_view alias) const noexcept
{
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
        auto const found = std::ranges::find(scope->relations, alias, &Relation::alias);
        if (found != scope->relations.end())
            return &*found;
    }
    return nullptr;
}

bool BodyCheck::is_cte(std::string_view name) const noexcept
{
    return std::ranges::any_of(
        scopes_, [&](Scope const& scope) { return std::ranges::find(scope.ctes, name) != scope.ctes.end(); });
}

}  // namespace provisioning
