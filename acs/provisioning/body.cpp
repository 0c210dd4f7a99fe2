#include "provisioning/body.hpp"

#include "provisioning/body_check.hpp"
#include "provisioning/guard_text.hpp"
#include "provisioning/tree_access.hpp"

#include <fmt/format.h>

namespace provisioning {

namespace json = boost::json;

namespace {

constexpr std::string_view shape =
    "Write one SELECT, such as SELECT device.id, acs.set_value('...', ...) FROM acs.device.";

TextRules rules_of(BodyLimits const& limits)
{
    return {"the body", "Divide the rule, or put lists into a table.", limits.text_bytes, limits.tokens};
}

json::value parse_body(std::string const& text)
try {
    return parse_sql(text);
} catch (Refusal& refusal) {
    refusal.hint = shape;
    throw;
}

json::object const& only_select(json::value const& tree)
{
    auto const* const root = tree.if_object();
    auto const* const statements = root ? tree::list(*root, "stmts") : nullptr;
    if (!statements || statements->empty())
        throw Refusal{0, "the body is empty", std::string{shape}};
    if (statements->size() > 1)
        throw Refusal{0, "the body is more than one statement", std::string{shape}};
    auto const* const node = tree::member(statements->front().as_object(), "stmt");
    auto const* const select = node ? tree::as(*node, "SelectStmt") : nullptr;
    if (!select)
        throw Refusal{0, "the body is no SELECT", std::string{shape}};
    return *select;
}

GuardedBody read_body(std::string const& text, TablePredicate const& may_read, BodyLimits const& limits)
{
    check_size(text, rules_of(limits));
    static_cast<void>(checked_tokens(text, rules_of(limits)));
    auto const tree = parse_body(text);
    auto body = BodyCheck{may_read, limits}.run(only_select(tree));
    // As a sub-select it must still be one: PostgreSQL's parser is asked, not trusted to agree with the scanner.
    if (only_select(parse_body(fmt::format("SELECT b.id FROM (\n{}\n) b(id)", text))).size() != 4)
        throw Refusal{0, "the body does not mean the same as a sub-select", std::string{shape}};
    body.sql = text;
    return body;
}

}  // namespace

base::Result<GuardedBody, GuardError> guard_body(std::string_view text, TablePredicate const& may_read,
                                                 BodyLimits const& limits)
{
    return guarded(text, limits.text_bytes, limits.stack_bytes,
                   [&](std::string const& owned) { return read_body(owned, may_read, limits); });
}

}  // namespace provisioning
