#include "provisioning/guard.hpp"

#include "provisioning/condition_check.hpp"
#include "provisioning/guard_text.hpp"
#include "provisioning/splice.hpp"
#include "provisioning/tree_access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace provisioning {

namespace json = boost::json;

namespace {

constexpr std::string_view prefix = "SELECT (\n";
constexpr std::string_view suffix = "\n)";

TextRules rules_of(GuardLimits const& limits)
{
    return {"the condition", "Divide it, or keep long lists in a tag of the devices.", limits.text_bytes,
            limits.tokens};
}

std::vector<Token> tokens_of(std::string const& text, GuardLimits const& limits)
{
    auto tokens = checked_tokens(text, rules_of(limits));
    auto const is_comment = [](Token const& token) { return token.kind == TokenKind::comment; };
    if (std::ranges::all_of(tokens, is_comment))
        throw Refusal{0, "the condition is empty", "Write one boolean SQL expression, such as state = 'active'."};
    return tokens;
}

/// libpg_query counts from the start of our SQL, the user from the start of his text.
std::size_t offset_in_text(std::size_t offset, std::size_t text_bytes)
{
    return std::min(offset - std::min(offset, prefix.size()), text_bytes);
}

json::value parse_in_parentheses(std::string const& text)
try {
    return parse_sql(fmt::format("{}{}{}", prefix, text, suffix));
} catch (Refusal& refusal) {
    refusal.offset = offset_in_text(refusal.offset, text.size());
    if (refusal.offset == text.size())
        refusal.reason = "the condition ends too early";
    throw;
}

/// The expression of SELECT (expression); throws Refusal when the statement has anything else.
json::value const& only_expression(json::value const& tree)
{
    Refusal const refusal{0, "this is more than one expression", "Write one boolean SQL expression and nothing else."};
    auto const* const root = tree.if_object();
    auto const* const statements = root ? tree::list(*root, "stmts") : nullptr;
    if (!statements || statements->size() != 1)
        throw refusal;
    auto const* const node = tree::member(statements->front().as_object(), "stmt");
    auto const* const select = node ? tree::as(*node, "SelectStmt") : nullptr;
    auto const* const targets = select ? tree::list(*select, "targetList") : nullptr;
    constexpr auto fields = std::to_array<std::string_view>({"targetList", "limitOption", "op"});
    bool const is_plain =
        select && std::ranges::all_of(*select, [&](auto const& field) {
            return std::ranges::find(fields, std::string_view{field.key().data(), field.key().size()}) != fields.end();
        });
    if (!is_plain || tree::text(*select, "op") != "SETOP_NONE" || !targets || targets->size() != 1)
        throw refusal;
    auto const* const target = tree::as(targets->front(), "ResTarget");
    auto const* const value = target && !target->contains("name") && !target->contains("indirection")
                                  ? tree::member(*target, "val")
                                  : nullptr;
    if (!value)
        throw refusal;
    return *value;
}

/// The guard itself; to be called on a large stack.
GuardedCondition read_condition(std::string const& text, SecretPredicate const& is_secret, GuardLimits const& limits)
{
    check_size(text, rules_of(limits));
    auto const tokens = tokens_of(text, limits);
    auto const tree = parse_in_parentheses(text);
    auto const& expression = only_expression(tree);
    auto const facts = check_condition(expression, prefix.size(), is_secret, limits);
    auto spliced = splice_values(text, tokens, facts.calls, limits.paths);
    prove_splice(spliced, expression);
    return {.sql = std::move(spliced.sql),
            .paths = std::move(spliced.paths),
            .columns = {facts.columns.begin(), facts.columns.end()},
            .time_dependent = facts.reads_clock,
            .uses_tags = facts.columns.contains("tags")};
}

}  // namespace

std::string GuardError::text() const
{
    return fmt::format("line {}, column {}: {}. {}", line, column, reason, hint);
}

base::Result<GuardedCondition, GuardError> guard_condition(std::string_view text, SecretPredicate const& is_secret,
                                                           GuardLimits const& limits)
{
    return guarded(text, limits.text_bytes, limits.stack_bytes,
                   [&](std::string const& owned) { return read_condition(owned, is_secret, limits); });
}

base::Result<domain::Condition> Guard::check(std::string_view text)
{
    auto guarded = guard_condition(text, is_secret_, limits_);
    if (!guarded)
        return base::fail(guarded.error().text());
    return domain::Condition{std::move(guarded->sql), std::move(guarded->paths)};
}

}  // namespace provisioning
