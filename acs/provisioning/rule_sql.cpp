#include "provisioning/rule_sql.hpp"

#include "provisioning/sql_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

namespace provisioning {

namespace {

/// Bytes of a value that an action may carry.
constexpr unsigned longest_value = 32 * 1024;
/// Actions that a body may give one device.
constexpr unsigned most_actions = 100;

/// The n of a token value_<n>; none for any other.
std::optional<std::size_t> value_number(std::string_view token)
{
    if (!token.starts_with("value_"))
        return std::nullopt;
    std::size_t number = 0;
    auto const digits = token.substr(6);
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error == std::errc{} && end == digits.data() + digits.size() ? std::optional{number} : std::nullopt;
}

/// The condition with value_<n> of its own paths replaced by value_<number of the path among all>.
std::string renumbered(GuardedCondition const& condition, std::vector<std::string> const& all)
{
    std::string sql;
    std::size_t done = 0;
    for (auto const& token : scan_sql(condition.sql)) {
        auto const number =
            token.kind == TokenKind::other
                ? value_number(std::string_view{condition.sql}.substr(token.start, token.end - token.start))
                : std::nullopt;
        if (!number || *number == 0 || *number > condition.paths.size())
            continue;
        auto const index = std::ranges::find(all, condition.paths[*number - 1]) - all.begin();
        sql.append(condition.sql, done, token.start - done).append(fmt::format("value_{}", index + 1));
        done = token.end;
    }
    return sql.append(condition.sql, done);
}

/// Where the columns value_<n> come from. Paths hold no quotes.
std::string values_sql(std::vector<std::string> const& paths, PromotedPaths const& promoted)
{
    std::string pivot;
    std::string ids;
    std::string alone;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        auto const found = promoted.find(paths[i]);
        if (found == promoted.end()) {
            alone +=
                fmt::format("{} acs.value(b.device_id, '{}') AS value_{}", alone.empty() ? "" : ",", paths[i], i + 1);
            continue;
        }
        // A copy without a value is one that was too long for a copy.
        pivot += fmt::format("{0} CASE WHEN bool_or(v.value IS NULL) FILTER (WHERE v.path_id = {1})"
                             " THEN acs.value(b.device_id, '{3}')"
                             " ELSE max(v.value) FILTER (WHERE v.path_id = {1}) END AS value_{2}",
                             pivot.empty() ? "" : ",", found->second, i + 1, paths[i]);
        ids += fmt::format("{}{}", ids.empty() ? "" : ",", found->second);
    }
    std::string sql;
    if (!pivot.empty())
        sql += fmt::format(" CROSS JOIN LATERAL (SELECT{} FROM acs.promoted_parameter v WHERE v.device_id = b.device_id"
                           " AND v.path_id = ANY ('{{{}}}'::int[])) promoted_values",
                           pivot, ids);
    if (!alone.empty())
        sql += fmt::format(" CROSS JOIN LATERAL (SELECT{} OFFSET 0) other_values", alone);
    return sql;
}

std::string conditions_sql(std::span<GuardedCondition const* const> conditions, std::vector<std::string> const& paths,
                           PromotedPaths const& promoted)
{
    std::string cases;
    for (std::size_t i = 0; i < conditions.size(); ++i)
        cases += fmt::format("{}CASE WHEN {} THEN {} END", i == 0 ? "" : ", ", renumbered(*conditions[i], paths), i);
    return fmt::format(
        "SELECT b.device_id, array_remove(ARRAY[{}]::int[], NULL) FROM unnest($1::bigint[]) b (device_id)"
        " JOIN acs.device device ON device.id = b.device_id{}",
        cases, values_sql(paths, promoted));
}

std::string columns_of(GuardedBody const& body)
{
    std::string columns;
    for (std::size_t n = 1; n < body.columns; ++n)
        columns += fmt::format(", action_{}", n);
    return columns;
}

std::string actions_of(GuardedBody const& body)
{
    std::string actions;
    for (std::size_t n = 1; n < body.columns; ++n)
        actions += fmt::format("{}acs.actions(b.action_{})", n == 1 ? "" : " || ", n);
    return actions;
}

std::string body_sql(GuardedBody const& body, std::size_t number, std::size_t placeholder)
{
    return fmt::format(
        "(SELECT {0} AS rule, b.id, a.kind, a.path, CASE WHEN octet_length(a.value) <= {1} THEN a.value END,"
        " a.type, octet_length(a.value) > {1} FROM (\n{2}\n) b (id{3}) CROSS JOIN LATERAL unnest({4}) a"
        " WHERE b.id = ANY (${5}::bigint[]) AND a.kind IS NOT NULL AND a.path IS NOT NULL"
        " AND a.value IS NOT NULL LIMIT {6} * cardinality(${5}::bigint[]) + 1)",
        number, longest_value, body.sql, columns_of(body), actions_of(body), placeholder, most_actions);
}

std::vector<GuardedCondition const*> conditions_of(std::span<CheckedRule const> rules)
{
    std::vector<GuardedCondition const*> conditions;
    for (auto const& rule : rules)
        conditions.push_back(&rule.when);
    return conditions;
}

std::vector<std::string> sorted(std::set<std::string> const& paths)
{
    return {paths.begin(), paths.end()};
}

}  // namespace

std::vector<std::string> paths_read(std::span<CheckedRule const> rules)
{
    std::set<std::string> paths;
    for (auto const& rule : rules)
        paths.insert(rule.when.paths.begin(), rule.when.paths.end());
    return sorted(paths);
}

domain::RuleStatements compose_rules(std::span<CheckedRule const> rules, PromotedPaths const& promoted,
                                     std::string name)
{
    domain::RuleStatements statements;
    statements.name = std::move(name);
    statements.conditions = conditions_sql(conditions_of(rules), paths_read(rules), promoted);
    for (std::size_t i = 0; i < rules.size(); ++i) {
        statements.bodies += fmt::format("{}{}", i == 0 ? "" : " UNION ALL ", body_sql(rules[i].body, i, i + 1));
        auto const alone = rules.subspan(i, 1);
        statements.condition_of.push_back(conditions_sql(conditions_of(alone), paths_read(alone), promoted));
        statements.body_of.push_back(body_sql(rules[i].body, 0, 1));
    }
    return statements;
}

domain::RuleStatements compose_condition(GuardedCondition const& condition, PromotedPaths const& promoted)
{
    GuardedCondition const* const alone = &condition;
    domain::RuleStatements statements;
    statements.conditions = conditions_sql({&alone, 1}, condition.paths, promoted);
    statements.bodies = "SELECT FROM unnest($1::bigint[]) WHERE false";
    statements.condition_of = {statements.conditions};
    statements.body_of = {statements.bodies};
    return statements;
}

std::string condition_probe(GuardedCondition const& condition)
{
    std::string values;
    for (std::size_t n = 1; n <= condition.paths.size(); ++n)
        values += fmt::format("{}NULL::text AS value_{}", n == 1 ? "" : ", ", n);
    auto const source = values.empty() ? std::string{} : fmt::format(" CROSS JOIN (SELECT {}) device_values", values);
    return fmt::format("SELECT device.id FROM acs.device device{} WHERE {} LIMIT 0", source, condition.sql);
}

std::string body_probe(CheckedRule const& rule)
{
    return fmt::format("SELECT b.id::bigint, a.kind FROM (\n{}\n) b (id{}) CROSS JOIN LATERAL unnest({}) a"
                       " WHERE b.id = ANY ('{{}}'::bigint[]) LIMIT 0",
                       rule.body.sql, columns_of(rule.body), actions_of(rule.body));
}

}  // namespace provisioning
