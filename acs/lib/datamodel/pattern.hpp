#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace datamodel {

/// A regular expression of XML Schema, as data models restrict strings with: groups, alternatives, classes, counted
/// repetition, \d \w \s \i \c and their opposites. Matching takes time in proportion to text times pattern, whatever
/// the pattern. Not understood: class subtraction, \p{...}.
class Pattern {
public:
    /// Fails with a sentence when the expression is malformed, too deep (32 groups) or too large (4,096 steps).
    [[nodiscard]] static base::Result<Pattern> compile(std::string_view expression);

    /// True when the whole of `text` (UTF-8) is described.
    [[nodiscard]] bool matches(std::string_view text) const;

    /// Characters from first to second, both included.
    using CharacterRange = std::pair<char32_t, char32_t>;

    /// One step of the machine that a pattern is compiled to; jumps are relative.
    struct Step {
        enum class Kind : std::uint8_t {
            character,  ///< takes one character of `set`
            fork,       ///< goes on at both `first` and `second`
            jump,       ///< goes on at `first`
        };
        Kind kind = Kind::character;
        std::int32_t first = 1;
        std::int32_t second = 1;
        std::uint32_t set = 0;
    };

private:
    friend class PatternCompiler;
    struct Threads;

    void follow(Threads& threads, std::size_t step) const;
    [[nodiscard]] bool takes(Step const& step, char32_t character) const noexcept;

    std::vector<Step> steps_;
    std::vector<std::vector<CharacterRange>> sets_;
};

}  // namespace datamodel
