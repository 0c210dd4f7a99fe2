#pragma once

#include <boost/json/value.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace provisioning {

/// What the guard must tell apart of PostgreSQL's tokens.
enum class TokenKind {
    string,           ///< '...', E'...', $$...$$
    unicode_escaped,  ///< U&'...' or U&"...", whose end the scanner does not know
    comment,
    open,   ///< (
    close,  ///< )
    other,
};

/// One token of an SQL text.
struct Token {
    TokenKind kind;
    std::size_t start, end;  ///< bytes of the text, [start, end)
};

/// Cuts `sql` into tokens with PostgreSQL's scanner; flat, so that any text is safe on any stack.
/// Throws Refusal for unfinished strings and the like.
[[nodiscard]] std::vector<Token> scan_sql(std::string const& sql);

/// Parses `sql` with PostgreSQL's grammar into libpg_query's JSON form; its `location`s are bytes of `sql`.
/// Recursive as deep as the text nests: call it on a large stack, with bounded texts only.
/// Throws Refusal for what is not SQL.
[[nodiscard]] boost::json::value parse_sql(std::string const& sql);

}  // namespace provisioning
