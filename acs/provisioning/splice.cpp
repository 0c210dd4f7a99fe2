#include "provisioning/splice.hpp"

#include "provisioning/refusal.hpp"
#include "provisioning/tree_access.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace provisioning {

namespace json = boost::json;

namespace {

[[noreturn]] void refuse_proof()
{
    throw Refusal{0, "the expression does not mean the same after value() was replaced",
                  "Write it as one plain expression, with value('path') and simple quotes."};
}

/// The number of a path, from 1; new ones are added.
std::size_t number_of(std::vector<std::string>& paths, std::string const& path)
{
    auto const found = std::ranges::find(paths, path);
    auto const index = static_cast<std::size_t>(found - paths.begin());
    if (found == paths.end())
        paths.push_back(path);
    return index + 1;
}

/// The index of the token after `i` that is no comment; the number of tokens at the end.
std::size_t next_token(std::vector<Token> const& tokens, std::size_t i)
{
    do
        ++i;
    while (i < tokens.size() && tokens[i].kind == TokenKind::comment);
    return i;
}

/// The index of the closing parenthesis of value ( 'path' ) that begins at token `i`.
std::size_t end_of_call(std::vector<Token> const& tokens, std::size_t i)
{
    auto const begin = tokens[i].start;
    for (auto const expected : {TokenKind::open, TokenKind::string, TokenKind::close}) {
        i = next_token(tokens, i);
        if (i >= tokens.size() || tokens[i].kind != expected)
            throw Refusal{begin, "value() takes one parameter path in quotes", "Write value('Device.Some.Parameter')."};
    }
    return i;
}

/// True when `after` is what `before` must have become.
bool is_same(json::value const& before, json::value const& after, std::vector<std::string> const& paths);

bool is_column_of(json::value const& value_call, json::value const& after, std::vector<std::string> const& paths)
{
    auto const* const column = tree::as(after, "ColumnRef");
    auto const& call = *tree::as(value_call, "FuncCall");
    auto const& path = tree::text(*tree::string_constant(tree::list(call, "args")->front()), "sval");
    auto const number = std::ranges::find(paths, path) - paths.begin() + 1;
    return column && column->size() <= 2 &&
           tree::names(*column, "fields") == std::vector<std::string>{fmt::format("value_{}", number)};
}

bool is_same_object(json::object const& before, json::object const& after, std::vector<std::string> const& paths)
{
    auto const size = [](json::object const& object) { return object.size() - object.count("location"); };
    return size(before) == size(after) && std::ranges::all_of(before, [&](auto const& field) {
               auto const* const other = after.if_contains(field.key());
               return field.key() == "location" || (other && is_same(field.value(), *other, paths));
           });
}

bool is_same(json::value const& before, json::value const& after, std::vector<std::string> const& paths)
{
    if (is_value_call(before))
        return is_column_of(before, after, paths);
    if (before.is_object() && after.is_object())
        return is_same_object(before.get_object(), after.get_object(), paths);
    if (before.is_array() && after.is_array())
        return std::ranges::equal(before.get_array(), after.get_array(),
                                  [&](auto const& a, auto const& b) { return is_same(a, b, paths); });
    return before == after;
}

}  // namespace

Spliced splice_values(std::string_view text, std::vector<Token> const& tokens, std::vector<ValueCall> const& calls,
                      std::size_t most_paths)
{
    Spliced spliced{"(", {}};
    std::size_t done = 0;
    auto call = calls.begin();
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        bool const is_call = call != calls.end() && tokens[i].start == call->offset;
        if (!is_call && tokens[i].kind != TokenKind::comment)
            continue;
        spliced.sql.append(text.substr(done, tokens[i].start - done)).append(" ");
        if (is_call) {
            spliced.sql += fmt::format("value_{} ", number_of(spliced.paths, call->path));
            i = end_of_call(tokens, i);
            ++call;
        }
        if (spliced.paths.size() > most_paths)
            throw Refusal{tokens[i].start, fmt::format("more than {} different parameters are read", most_paths),
                          "Divide the condition."};
        done = tokens[i].end;
    }
    spliced.sql.append(text.substr(done)).append(")");
    if (call != calls.end())
        throw Refusal{call->offset, "this value() cannot be found in the text",
                      "Write value('Device.Some.Parameter')."};
    return spliced;
}

void prove_splice(Spliced const& spliced, json::value const& expression)
try {
    // As the argument of a call: "(a) or (b)" would be no single argument, "(a, b)" would be two.
    auto const tree = parse_sql("SELECT proof" + spliced.sql);
    auto const& statements = tree.at("stmts").as_array();
    auto const& select = statements.at(0).at("stmt").at("SelectStmt").as_object();
    auto const& targets = select.at("targetList").as_array();
    auto const& target = targets.at(0).at("ResTarget").as_object();
    auto const& proof = target.at("val").at("FuncCall").as_object();
    auto const& arguments = proof.at("args").as_array();
    bool const is_one = statements.size() == 1 && select.size() == 3 && targets.size() == 1 &&
                        !target.contains("name") && proof.size() == 4 && arguments.size() == 1;
    if (!is_one || !is_same(expression, arguments.at(0), spliced.paths))
        refuse_proof();
} catch (std::exception const&) {
    refuse_proof();  // the tree has another shape
} catch (Refusal const&) {
    refuse_proof();  // its places are those of another text
}

}  // namespace provisioning
