#include "provisioning/sql_parser.hpp"

#include "provisioning/refusal.hpp"

#include <boost/json/parse.hpp>
#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

#include <algorithm>
#include <memory>
#include <new>
#include <string_view>

namespace provisioning {

namespace {

/// JSON levels of a tree; far above what the guard's token limit allows a text to nest.
constexpr std::size_t max_json_depth = 60'000;

/// The byte at which the character `position` (from 1, as PostgreSQL counts) begins.
std::size_t byte_of_character(std::string_view text, int position)
{
    std::size_t byte = 0;
    for (int character = 1; character < position && byte < text.size(); ++character) {
        ++byte;
        while (byte < text.size() && (static_cast<unsigned char>(text[byte]) & 0xC0U) == 0x80U)
            ++byte;
    }
    return byte;
}

Refusal refusal_of(PgQueryError const& error, std::string const& sql)
{
    std::string const message = error.message ? error.message : "not SQL";
    return {byte_of_character(sql, error.cursorpos), message,
            "Write one boolean SQL expression, such as product_class = 'HG-1000' and 'lab' = any(tags)."};
}

template <class Answer, void (*release)(Answer)>
class Owned {
public:
    explicit Owned(Answer answer) : answer_{answer} {}
    ~Owned() { release(answer_); }
    Owned(Owned const&) = delete;
    Owned& operator=(Owned const&) = delete;
    Answer const* operator->() const noexcept { return &answer_; }

private:
    Answer answer_;
};

TokenKind kind_of(PgQuery__Token token)
{
    switch (token) {
        case PG_QUERY__TOKEN__SCONST: return TokenKind::string;
        case PG_QUERY__TOKEN__USCONST:
        case PG_QUERY__TOKEN__UIDENT: return TokenKind::unicode_escaped;
        case PG_QUERY__TOKEN__SQL_COMMENT:
        case PG_QUERY__TOKEN__C_COMMENT: return TokenKind::comment;
        case PG_QUERY__TOKEN__ASCII_40: return TokenKind::open;
        case PG_QUERY__TOKEN__ASCII_41: return TokenKind::close;
        default: return TokenKind::other;
    }
}

struct ReleaseScan {
    void operator()(PgQuery__ScanResult* result) const { pg_query__scan_result__free_unpacked(result, nullptr); }
};

}  // namespace

std::vector<Token> scan_sql(std::string const& sql)
{
    Owned<PgQueryScanResult, pg_query_free_scan_result> const answer{pg_query_scan(sql.c_str())};
    if (answer->error)
        throw refusal_of(*answer->error, sql);
    std::unique_ptr<PgQuery__ScanResult, ReleaseScan> const result{pg_query__scan_result__unpack(
        nullptr, answer->pbuf.len, reinterpret_cast<std::uint8_t const*>(answer->pbuf.data))};
    if (!result)
        throw std::bad_alloc{};
    std::vector<Token> tokens;
    tokens.reserve(result->n_tokens);
    for (std::size_t i = 0; i < result->n_tokens; ++i) {
        auto const& token = *result->tokens[i];
        tokens.push_back({kind_of(token.token), static_cast<std::size_t>(std::max(token.start, 0)),
                          static_cast<std::size_t>(std::max(token.end, 0))});
    }
    return tokens;
}

boost::json::value parse_sql(std::string const& sql)
{
    Owned<PgQueryParseResult, pg_query_free_parse_result> const answer{pg_query_parse(sql.c_str())};
    if (answer->error)
        throw refusal_of(*answer->error, sql);
    boost::json::parse_options options;
    options.max_depth = max_json_depth;
    boost::json::error_code error;
    auto tree = boost::json::parse(answer->parse_tree, error, {}, options);
    if (error)
        throw Refusal{0, "the expression cannot be analysed", "Write it with less nesting."};
    return tree;
}

}  // namespace provisioning
