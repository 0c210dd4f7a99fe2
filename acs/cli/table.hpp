#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace cli {

/// Rows of text in aligned columns for people.
class Table {
public:
    explicit Table(std::vector<std::string> headings) : headings_{std::move(headings)} {}

    /// Adds a row with as many cells as there are headings; foreign text may be given as it is.
    void add(std::vector<std::string> cells);
    [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }

    /// The table with its heading line, each line ended by LF. `width`: columns of the terminal, 0 for as wide as it
    /// gets; the widest columns are shortened to fit.
    [[nodiscard]] std::string to_string(std::size_t width) const;

private:
    [[nodiscard]] std::vector<std::size_t> widths(std::size_t width) const;

    std::vector<std::string> headings_;
    std::vector<std::vector<std::string>> rows_;
};

/// Names and values, one pair a line, the values aligned. Lines with an empty value are left out; names and values may
/// be foreign text.
[[nodiscard]] std::string pairs(std::vector<std::pair<std::string, std::string>> const& lines);

}  // namespace cli
