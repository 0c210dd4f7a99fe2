#pragma once

#include "datamodel/pattern.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace datamodel {

/// Reads an expression from left to right and makes the steps of a Pattern. Use once.
class PatternCompiler {
public:
    explicit PatternCompiler(std::string_view expression) : rest_{expression}, whole_{expression} {}
    [[nodiscard]] base::Result<Pattern> compile();

private:
    using Code = std::vector<Pattern::Step>;
    using Set = std::vector<Pattern::CharacterRange>;
    struct Count {
        std::size_t least = 1;
        std::optional<std::size_t> most = 1;  ///< none: any number
    };

    [[nodiscard]] Code alternatives();
    [[nodiscard]] Code sequence();
    [[nodiscard]] Code atom();
    [[nodiscard]] Code repeated(Code const& code, Count count);
    [[nodiscard]] Count quantifier();
    [[nodiscard]] Count braces();
    [[nodiscard]] std::optional<std::size_t> number();
    [[nodiscard]] Set character_class();
    [[nodiscard]] Set class_member();
    [[nodiscard]] Set escape();
    [[nodiscard]] char32_t character();
    [[nodiscard]] Code takes(Set set);

    [[nodiscard]] bool at(char c) const noexcept { return rest_.starts_with(c); }
    bool take(char c) noexcept;
    void append(Code& to, Code const& more);
    void fail(std::string_view why);

    std::string_view rest_;
    std::string_view whole_;
    Pattern pattern_;
    std::size_t depth_ = 0;
    std::string error_;  ///< the first that was found; reading then stops at once
};

}  // namespace datamodel
