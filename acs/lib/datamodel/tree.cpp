#include "datamodel/tree.hpp"

#include <algorithm>
#include <limits>

namespace datamodel {
namespace {

/// Offsets into the text are 32 bits; what is stale may double it.
constexpr std::size_t most_total_bytes = std::size_t{1} << 30;

/// The child of `object` that `path` is or lies below, with its dot if it has one.
std::string_view child_of(std::string_view object, std::string_view path) noexcept
{
    auto const below = path.substr(object.size());
    auto const name = *cwmp::Segments::Iterator{below};
    auto const size = object.size() + name.size();
    return path.substr(0, std::min(size + 1, path.size()));
}

/// The part of a pattern before its first segment that stands for several.
std::string_view fixed_part(std::string_view pattern) noexcept
{
    for (cwmp::Segments::Iterator segment{pattern}, end; segment != end; ++segment)
        if (cwmp::is_wildcard(*segment) || *segment == "{i}")
            return pattern.substr(0, pattern.size() - segment.rest().size());
    return pattern;
}

}  // namespace

ParameterTree::ParameterTree(TreeLimits limits) noexcept : limits_{limits}
{
    limits_.path_bytes = std::min<std::size_t>(limits_.path_bytes, std::numeric_limits<std::uint16_t>::max());
    limits_.total_bytes = std::min(limits_.total_bytes, most_total_bytes);
    limits_.parameters = std::min<std::size_t>(limits_.parameters, std::numeric_limits<std::int32_t>::max());
}

std::string_view ParameterTree::path_of(Record const& record) const noexcept
{
    return {text_.data() + record.path_at, record.path_size};
}

std::string_view ParameterTree::value_of(Record const& record) const noexcept
{
    return {text_.data() + record.value_at, record.value_size};
}

Node ParameterTree::operator[](std::size_t index) const noexcept
{
    auto const& record = records_[index];
    Node node{.path = path_of(record)};
    unpack(record.bits, node);
    if (node.value)
        node.value = value_of(record);
    node.changed = record.changed;
    return node;
}

/// Looks in steps that double, then halves: cheap when the place is near `from`, as in a batch.
std::size_t ParameterTree::lower_bound(std::string_view path, std::size_t from) const noexcept
{
    std::size_t step = 1;
    auto last = from;
    while (last < records_.size() && path_of(records_[last]) < path) {
        from = last + 1;
        last += step;
        step *= 2;
    }
    auto const begin = records_.begin();
    auto const found = std::lower_bound(begin + static_cast<std::ptrdiff_t>(from),
                                        begin + static_cast<std::ptrdiff_t>(std::min(last, records_.size())), path,
                                        [this](Record const& record, auto wanted) { return path_of(record) < wanted; });
    return static_cast<std::size_t>(found - begin);
}

std::size_t ParameterTree::subtree_end(std::string_view path, std::size_t from) const noexcept
{
    if (path.empty())
        return records_.size();
    auto const first = records_.begin() + static_cast<std::ptrdiff_t>(from);
    auto const last = std::partition_point(
        first, records_.end(), [this, path](Record const& record) { return path_of(record).starts_with(path); });
    return static_cast<std::size_t>(last - records_.begin());
}

std::optional<Node> ParameterTree::find(std::string_view path) const noexcept
{
    auto const at = lower_bound(path);
    if (at == records_.size() || path_of(records_[at]) != path)
        return std::nullopt;
    return (*this)[at];
}

std::optional<std::string_view> ParameterTree::value(std::string_view path) const noexcept
{
    auto const node = find(path);
    return node ? node->value : std::nullopt;
}

ParameterTree::Range ParameterTree::subtree(std::string_view path) const noexcept
{
    auto const first = lower_bound(path);
    if (cwmp::is_partial(path))
        return {this, first, subtree_end(path, first)};
    bool const known = first < records_.size() && path_of(records_[first]) == path;
    return {this, first, known ? first + 1 : first};
}

std::vector<std::string_view> ParameterTree::children(std::string_view object) const
{
    std::vector<std::string_view> found;
    if (!cwmp::is_partial(object))
        return found;
    auto at = lower_bound(object);
    auto const end = subtree_end(object, at);
    while (at < end) {
        auto const path = path_of(records_[at]);
        if (path == object) {
            ++at;
            continue;
        }
        auto const child = child_of(object, path);
        found.push_back(child);
        at = cwmp::is_partial(child) ? subtree_end(child, at) : at + 1;
    }
    return found;
}

std::vector<std::uint32_t> ParameterTree::instances(std::string_view table) const
{
    std::vector<std::uint32_t> numbers;
    for (auto const child : children(table))
        if (auto const number = cwmp::instance_number(cwmp::last_segment(child)); number && cwmp::is_partial(child))
            numbers.push_back(*number);
    std::ranges::sort(numbers);
    return numbers;
}

std::vector<Node> ParameterTree::matching(std::string_view pattern) const
{
    std::vector<Node> found;
    for (auto const node : subtree(fixed_part(pattern)))
        if (cwmp::matches(pattern, node.path))
            found.push_back(node);
    return found;
}

bool operator==(ParameterTree const& a, ParameterTree const& b) noexcept
{
    if (a.size() != b.size())
        return false;
    for (std::size_t at = 0; at < a.size(); ++at)
        if (a[at] != b[at])
            return false;
    return true;
}

}  // namespace datamodel
