#include "datamodel/pattern_compiler.hpp"

#include "datamodel/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace datamodel {
namespace {

using Kind = Pattern::Step::Kind;

constexpr std::size_t most_steps = 4096;
constexpr std::size_t most_depth = 32;
constexpr std::size_t most_repetitions = 1000;
constexpr char32_t last_character = 0x10ffff;

using Set = std::vector<Pattern::CharacterRange>;

Set opposite(Set set)
{
    std::ranges::sort(set);
    Set others;
    char32_t next = 0;
    for (auto const& [first, last] : set) {
        if (first > next)
            others.emplace_back(next, first - 1);
        next = std::max(next, static_cast<char32_t>(last + 1));
    }
    if (next <= last_character)
        others.emplace_back(next, last_character);
    return others;
}

/// The class that a letter after a backslash stands for.
std::optional<Set> named_class(char letter)
{
    Set digits{{'0', '9'}};
    Set white{{' ', ' '}, {'\t', '\n'}, {'\r', '\r'}};
    Set initial{{'A', 'Z'}, {'a', 'z'}, {'_', '_'}, {':', ':'}, {0x80, last_character}};
    Set name{{'A', 'Z'}, {'a', 'z'}, {'0', '9'}, {'_', '_'}, {':', ':'}, {'-', '.'}, {0x80, last_character}};
    Set word{{'A', 'Z'}, {'a', 'z'}, {'0', '9'}, {0x80, last_character}};
    switch (letter) {
        case 'd': return digits;
        case 'D': return opposite(digits);
        case 's': return white;
        case 'S': return opposite(white);
        case 'w': return word;
        case 'W': return opposite(word);
        case 'i': return initial;
        case 'I': return opposite(initial);
        case 'c': return name;
        case 'C': return opposite(name);
        default: return std::nullopt;
    }
}

}  // namespace

base::Result<Pattern> PatternCompiler::compile()
{
    pattern_.steps_ = alternatives();
    if (error_.empty() && !rest_.empty())
        fail("has a parenthesis too many");
    if (!error_.empty())
        return base::fail(error_);
    return std::move(pattern_);
}

void PatternCompiler::fail(std::string_view why)
{
    if (error_.empty())
        error_ = fmt::format("the pattern {} {}", in_quotes(whole_), why);
    rest_ = {};  // nothing more is read
}

bool PatternCompiler::take(char c) noexcept
{
    if (!at(c))
        return false;
    rest_.remove_prefix(1);
    return true;
}

void PatternCompiler::append(Code& to, Code const& more)
{
    if (to.size() + more.size() > most_steps)
        return fail(fmt::format("is too large: more than {} steps", most_steps));
    to.insert(to.end(), more.begin(), more.end());
}

PatternCompiler::Code PatternCompiler::takes(Set set)
{
    pattern_.sets_.push_back(std::move(set));
    return {{.kind = Kind::character, .set = static_cast<std::uint32_t>(pattern_.sets_.size() - 1)}};
}

PatternCompiler::Code PatternCompiler::alternatives()
{
    auto code = sequence();
    while (error_.empty() && take('|')) {
        auto const other = sequence();
        Code both{{.kind = Kind::fork, .first = 1, .second = static_cast<std::int32_t>(code.size()) + 2}};
        append(both, code);
        append(both, {{.kind = Kind::jump, .first = static_cast<std::int32_t>(other.size()) + 1}});
        append(both, other);
        code = std::move(both);
    }
    return code;
}

PatternCompiler::Code PatternCompiler::sequence()
{
    Code code;
    while (!rest_.empty() && !at('|') && !at(')')) {
        auto const one = atom();
        append(code, repeated(one, quantifier()));
    }
    return code;
}

PatternCompiler::Code PatternCompiler::atom()
{
    if (take('(')) {
        if (++depth_ > most_depth) {
            fail(fmt::format("has more than {} groups in one another", most_depth));
            return {};
        }
        static_cast<void>(take('?') && take(':'));  // a habit from elsewhere
        auto code = alternatives();
        if (!take(')'))
            fail("has a parenthesis that is not closed");
        --depth_;
        return code;
    }
    if (take('['))
        return takes(character_class());
    if (take('.'))
        return takes(opposite({{'\n', '\n'}, {'\r', '\r'}}));
    if (take('\\'))
        return takes(escape());
    if (at('*') || at('+') || at('?') || at('{')) {
        fail("has a quantifier with nothing before it");
        return {};
    }
    auto const single = character();
    return takes({{single, single}});
}

PatternCompiler::Count PatternCompiler::quantifier()
{
    Count count;
    if (take('*'))
        count = {0, std::nullopt};
    else if (take('+'))
        count = {1, std::nullopt};
    else if (take('?'))
        count = {0, 1};
    else if (take('{'))
        count = braces();
    else
        return count;
    take('?');  // "as few as possible" changes nothing about what is matched
    return count;
}

std::optional<std::size_t> PatternCompiler::number()
{
    if (rest_.empty() || !is_digit(rest_.front()))
        return std::nullopt;
    std::size_t value = 0;
    for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1))
        value = std::min(value * 10 + static_cast<std::size_t>(rest_.front() - '0'), most_repetitions + 1);
    return value;
}

PatternCompiler::Count PatternCompiler::braces()
{
    Count count;
    auto const least = number();
    bool const open = take(',');
    auto const most = open ? number() : least;
    if (!take('}') || (!least && !most) || (most && most < least.value_or(0))) {
        fail("has a malformed {n,m}");
        return count;
    }
    if (least.value_or(0) > most_repetitions || most.value_or(0) > most_repetitions)
        fail(fmt::format("repeats something more than {} times", most_repetitions));
    return {least.value_or(0), most};
}

PatternCompiler::Code PatternCompiler::repeated(Code const& code, Count count)
{
    Code all;
    auto const size = static_cast<std::int32_t>(code.size());
    if (size == 0)
        return all;
    for (std::size_t time = 0; time < count.least && error_.empty(); ++time)
        append(all, code);
    if (!count.most) {
        append(all, {{.kind = Kind::fork, .first = 1, .second = size + 2}});
        append(all, code);
        append(all, {{.kind = Kind::jump, .first = -(size + 1)}});
    }
    for (std::size_t time = count.least; time < count.most.value_or(0) && error_.empty(); ++time) {
        append(all, {{.kind = Kind::fork, .first = 1, .second = size + 1}});
        append(all, code);
    }
    return all;
}

char32_t PatternCompiler::character()
{
    auto const lead = static_cast<unsigned char>(rest_.front());
    std::size_t const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    if (size > rest_.size()) {
        fail("is not UTF-8");
        return 0;
    }
    char32_t value = size == 1 ? lead : lead & (0xffU >> (size + 1));
    for (std::size_t byte = 1; byte < size; ++byte)
        value = value << 6 | (static_cast<unsigned char>(rest_[byte]) & 0x3f);
    rest_.remove_prefix(size);
    return std::min(value, last_character);
}

PatternCompiler::Set PatternCompiler::escape()
{
    if (rest_.empty()) {
        fail("ends with a backslash");
        return {};
    }
    char const letter = rest_.front();
    if (auto set = named_class(letter)) {
        rest_.remove_prefix(1);
        return std::move(*set);
    }
    if (letter == 'p' || letter == 'P') {
        fail("uses \\p, which is not understood");
        return {};
    }
    auto single = character();
    if (single == 'n')
        single = '\n';
    else if (single == 'r')
        single = '\r';
    else if (single == 't')
        single = '\t';
    return {{single, single}};
}

/// A character, an escape or a range.
PatternCompiler::Set PatternCompiler::class_member()
{
    if (at('[')) {
        fail("subtracts a class, which is not understood");
        return {};
    }
    auto const single = [this]() -> Set {
        if (take('\\'))
            return escape();
        auto const value = character();
        return {{value, value}};
    };
    auto from = single();
    bool const is_range = rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']' && rest_[1] != '[';
    if (!is_range || from.size() != 1)
        return from;
    rest_.remove_prefix(1);
    auto const to = single();
    if (to.size() != 1 || to.front().second < from.front().first) {
        fail("has a malformed range in brackets");
        return {};
    }
    return {{from.front().first, to.front().second}};
}

PatternCompiler::Set PatternCompiler::character_class()
{
    bool const others = take('^');
    Set set;
    do {
        if (rest_.empty()) {
            fail("has a bracket that is not closed");
            return {};
        }
        auto const member = class_member();
        set.insert(set.end(), member.begin(), member.end());
    } while (!take(']') && error_.empty());
    return others ? opposite(std::move(set)) : set;
}

}  // namespace datamodel
