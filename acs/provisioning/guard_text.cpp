#include "provisioning/guard_text.hpp"

#include <fmt/format.h>

namespace provisioning {

void check_size(std::string_view text, TextRules const& rules)
{
    if (text.size() > rules.bytes)
        throw Refusal{rules.bytes, fmt::format("{} is longer than {} bytes", rules.what, rules.bytes),
                      std::string{rules.too_long}};
    if (auto const unsound = find_unsound_byte(text))
        throw Refusal{*unsound, "there is a byte that is no text: ill-formed UTF-8 or a control character",
                      "Write it as UTF-8."};
}

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

std::vector<Token> checked_tokens(std::string const& text, TextRules const& rules)
{
    auto tokens = scan_sql(text);
    if (tokens.size() > rules.tokens)
        throw Refusal{tokens[rules.tokens].start, fmt::format("{} has more than {} tokens", rules.what, rules.tokens),
                      std::string{rules.too_long}};
    check_balance(text, tokens);
    return tokens;
}

GuardError error_of(Refusal refusal, std::string_view text)
{
    auto const [line, column] = position_of(text, refusal.offset);
    return {line, column, std::move(refusal.reason), std::move(refusal.hint)};
}

}  // namespace provisioning
