#include "cli/table.hpp"

#include "cli/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace cli {

namespace {

constexpr std::size_t gap = 2;        // blanks between columns
constexpr std::size_t narrowest = 6;  // a column is not shortened below this

std::string line(std::vector<std::string> const& cells, std::vector<std::size_t> const& widths)
{
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        auto const cell = shortened(cells[i], std::max<std::size_t>(widths[i], 1));
        text += cell;
        if (i + 1 < cells.size())
            text.append(widths[i] - std::min(columns(cell), widths[i]) + gap, ' ');
    }
    auto const end = text.find_last_not_of(' ');
    return text.substr(0, end == text.npos ? 0 : end + 1) + '\n';
}

}  // namespace

void Table::add(std::vector<std::string> cells)
{
    for (auto& cell : cells)
        cell = escaped(cell);
    cells.resize(headings_.size());
    rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::widths(std::size_t width) const
{
    std::vector<std::size_t> widths;
    for (auto const& heading : headings_)
        widths.push_back(columns(heading));
    for (auto const& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], columns(row[i]));
    auto total = std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
    while (width != 0 && total > width) {
        auto const widest = std::ranges::max_element(widths);
        if (*widest <= narrowest)
            break;
        --*widest;
        --total;
    }
    return widths;
}

std::string Table::to_string(std::size_t width) const
{
    auto const fitting = widths(width);
    auto text = line(headings_, fitting);
    for (auto const& row : rows_)
        text += line(row, fitting);
    return text;
}

std::string pairs(std::vector<std::pair<std::string, std::string>> const& lines)
{
    std::size_t widest = 0;
    for (auto const& [name, value] : lines)
        if (!value.empty())
            widest = std::max(widest, columns(escaped(name)));
    std::string text;
    for (auto const& [name, value] : lines)
        if (!value.empty())
            text += fmt::format("{}{}  {}\n", escaped(name), std::string(widest - columns(escaped(name)), ' '),
                                escaped(value));
    return text;
}

}  // namespace cli
