#pragma once

#include "base/result.hpp"
#include "provisioning/guard.hpp"
#include "provisioning/large_stack.hpp"
#include "provisioning/refusal.hpp"
#include "provisioning/sql_parser.hpp"
#include "provisioning/sql_text.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// What the guard of conditions and that of bodies have in common before there is a tree.
namespace provisioning {

/// How a text of one kind is spoken of, and how long it may be.
struct TextRules {
    std::string_view what;      ///< "the condition"
    std::string_view too_long;  ///< a whole sentence: what to do about it
    std::size_t bytes;
    std::size_t tokens;
};

/// Throws Refusal for a text that is too long, or holds bytes that are no text.
void check_size(std::string_view text, TextRules const& rules);

/// The tokens of a text that may be put between parentheses of ours: not too many, its own parentheses match, and the
/// scanner knows the end of each. Throws Refusal.
[[nodiscard]] std::vector<Token> checked_tokens(std::string const& text, TextRules const& rules);

/// Throws Refusal for parentheses that do not match, and for tokens whose end the scanner does not know.
void check_balance(std::string const& text, std::vector<Token> const& tokens);

/// The refusal as the person who wrote `text` reads it.
[[nodiscard]] GuardError error_of(Refusal refusal, std::string_view text);

/// Gives what `read` makes of the text (at most one byte more than `most_bytes` of it: a longer one is refused whatever
/// its end) on a thread with a large stack, or why it was refused there.
template <class Read>
auto guarded(std::string_view text, std::size_t most_bytes, std::size_t stack_bytes, Read read)
    -> base::Result<std::invoke_result_t<Read&, std::string const&>, GuardError>
{
    std::string const owned{text.substr(0, most_bytes + 1)};
    base::Result<std::invoke_result_t<Read&, std::string const&>, GuardError> result;
    run_on_large_stack(stack_bytes, [&] {
        try {
            result = read(owned);
        } catch (Refusal& refusal) {
            result = std::unexpected{error_of(std::move(refusal), owned)};
        }
    });
    return result;
}

}  // namespace provisioning
