#include "datamodel/pattern.hpp"

#include "datamodel/pattern_compiler.hpp"

#include <algorithm>
#include <utility>

namespace datamodel {
namespace {

/// The next character of a UTF-8 text; a byte that is none stands for itself.
char32_t next_character(std::string_view text, std::size_t& at) noexcept
{
    auto const lead = static_cast<unsigned char>(text[at++]);
    if (lead < 0xc0)
        return lead;
    std::size_t const more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    auto character = static_cast<char32_t>(lead & (0x3f >> more));
    for (std::size_t count = 0; count < more; ++count) {
        if (at == text.size() || (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80)
            return lead;
        character = character << 6 | (static_cast<unsigned char>(text[at++]) & 0x3f);
    }
    return character;
}

}  // namespace

/// The steps at which the machine stands, each once.
struct Pattern::Threads {
    explicit Threads(std::size_t steps) : seen(steps + 1, false) {}

    void clear()
    {
        for (auto const step : standing)
            seen[step] = false;
        for (auto const step : passed)
            seen[step] = false;
        standing.clear();
        passed.clear();
    }

    std::vector<bool> seen;
    std::vector<std::size_t> standing;  ///< at a character, or at the end
    std::vector<std::size_t> passed;    ///< forks and jumps
    std::vector<std::size_t> to_do;
};

base::Result<Pattern> Pattern::compile(std::string_view expression)
{
    return PatternCompiler{expression}.compile();
}

/// Goes from `step` over forks and jumps to all steps that wait for a character.
void Pattern::follow(Threads& threads, std::size_t step) const
{
    threads.to_do.push_back(step);
    while (!threads.to_do.empty()) {
        auto const at = threads.to_do.back();
        threads.to_do.pop_back();
        if (threads.seen[at])
            continue;
        threads.seen[at] = true;
        if (at == steps_.size() || steps_[at].kind == Step::Kind::character) {
            threads.standing.push_back(at);
            continue;
        }
        threads.passed.push_back(at);
        auto const here = static_cast<std::ptrdiff_t>(at);
        threads.to_do.push_back(static_cast<std::size_t>(here + steps_[at].first));
        if (steps_[at].kind == Step::Kind::fork)
            threads.to_do.push_back(static_cast<std::size_t>(here + steps_[at].second));
    }
}

bool Pattern::takes(Step const& step, char32_t character) const noexcept
{
    return std::ranges::any_of(sets_[step.set], [character](CharacterRange const& range) {
        return range.first <= character && character <= range.second;
    });
}

bool Pattern::matches(std::string_view text) const
{
    Threads now{steps_.size()};
    Threads next{steps_.size()};
    follow(now, 0);
    for (std::size_t at = 0; at < text.size() && !now.standing.empty();) {
        auto const character = next_character(text, at);
        for (auto const step : now.standing)
            if (step < steps_.size() && takes(steps_[step], character))
                follow(next, step + 1);
        now.clear();
        std::swap(now, next);
    }
    return now.seen[steps_.size()];
}

}  // namespace datamodel
