#include "provisioning/body.hpp"

#include "provisioning/body_check.hpp"
#include "provisioning/large_stack.hpp"
#include "provisioning/refusal.hpp"
#include "provisioning/sql_parser.hpp"
#include "provisioning/sql_text.hpp"
#include "provisioning/tree_access.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace provisioning {

namespace json = boost::json;

namespace {

constexpr std::string_view shape =
    "Write one SELECT, such as SELECT device.id, acs.set_value('...', ...) FROM acs.device.";

void check_text(std::string_view text, BodyLimits const& limits)
{
    if (text.size() > limits.text_bytes)
        throw Refusal{limits.text_bytes, fmt::format("the body is longer than {} bytes", limits.text_bytes),
                      "Divide the rule, or put lists into a table."};
    if (auto const unsound = find_unsound_byte(text))
        throw Refusal{*unsound, "there is a byte that is no text: ill-formed UTF-8 or a control character",
                      "Save the text as UTF-8."};
}

/// The body is put between parentheses of ours: its own must match.
void check_tokens(std::string const& text, BodyLimits const& limits)
{
    auto const tokens = scan_sql(text);
    if (tokens.size() > limits.tokens)
        throw Refusal{tokens[limits.tokens].start, fmt::format("the body has more than {} tokens", limits.tokens),
                      "Divide the rule, or put lists into a table."};
    check_balance(text, tokens);
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
    check_text(text, limits);
    check_tokens(text, limits);
    auto const tree = parse_body(text);
    auto body = BodyCheck{may_read, limits}.run(only_select(tree));
    // As a sub-select it must still be one: PostgreSQL's parser is asked, not trusted to agree with the scanner.
    if (only_select(parse_body(fmt::format("SELECT b.id FROM (\n{}\n) b(id)", text))).size() != 4)
        throw Refusal{0, "the body does not mean the same as a sub-select", std::string{shape}};
    body.sql = text;
    return body;
}

}  // namespace

void check_balance(std::string const& text, std::vector<Token> const& tokens)
{
    std::size_t open = 0;
    for (auto const& token : tokens) {
        if (token.kind == TokenKind::unicode_escaped)
            throw Refusal{token.start, "U& strings and names are not allowed", "Write the characters themselves."};
        if (token.kind == TokenKind::close && open-- == 0)
            throw Refusal{token.start, "a parenthesis is closed that was not opened", "Take it away or open it."};
        if (token.kind == TokenKind::open)
            ++open;
    }
    if (open != 0)
        throw Refusal{text.size(), "a parenthesis is not closed", "Close it."};
}

base::Result<GuardedBody, GuardError> guard_body(std::string_view text, TablePredicate const& may_read,
                                                 BodyLimits const& limits)
{
    std::string const owned{text.substr(0, limits.text_bytes + 1)};  // a longer one is refused whatever its end
    base::Result<GuardedBody, GuardError> result;
    run_on_large_stack(limits.stack_bytes, [&] {
        try {
            result = read_body(owned, may_read, limits);
        } catch (Refusal& refusal) {
            auto const [line, column] = position_of(owned, refusal.offset);
            result = std::unexpected{GuardError{line, column, std::move(refusal.reason), std::move(refusal.hint)}};
        }
    });
    return result;
}

}  // namespace provisioning
