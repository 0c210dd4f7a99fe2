// What may be told of a tree, made into batches that are sorted and say what goes.
#include "datamodel/tree_merge.hpp"

#include <algorithm>
#include <utility>

namespace datamodel {

namespace {

std::vector<Node> to_batch(std::vector<ValueUpdate> const& values, std::int32_t now)
{
    std::vector<Node> batch;
    batch.reserve(values.size());
    for (auto const& told : values)
        batch.push_back({.path = told.path, .value = told.value, .type = told.type, .changed = now});
    return batch;
}

std::vector<Node> to_batch(std::vector<NameUpdate> const& names)
{
    std::vector<Node> batch;
    batch.reserve(names.size());
    for (auto const& told : names)
        batch.push_back({.path = told.path, .writable = told.writable ? Writable::yes : Writable::no});
    return batch;
}

/// The batch's nodes at and below `path`.
auto part_of(std::vector<Node> const& batch, std::string_view path)
{
    auto const first = std::ranges::lower_bound(batch, path, {}, &Node::path);
    return std::partition_point(first, batch.end(), [path](Node const& node) { return node.path.starts_with(path); }) -
           first;
}

}  // namespace

/// Sorts by path; of several nodes with one path the last one stays. CPEs tell things in nearly the order of the tree,
/// only not by bytes: where a node belongs in the tree is found quickly from its predecessor, and numbers sort faster
/// than paths.
std::vector<Node> ParameterTree::sorted(std::vector<Node> batch) const
{
    if (std::ranges::is_sorted(batch, std::ranges::less_equal{}, &Node::path))
        return batch;  // and no path twice
    struct Place {
        std::size_t key;  ///< odd: at this record, even: before it
        std::size_t index;
    };
    std::vector<Place> places;
    places.reserve(batch.size());
    std::size_t next = 0;
    for (std::size_t index = 0; index < batch.size(); ++index) {
        auto const path = batch[index].path;
        bool const expected = next < records_.size() && path_of(records_[next]) == path;
        auto const at = expected ? next : lower_bound(path);
        bool const known = expected || (at < records_.size() && path_of(records_[at]) == path);
        places.push_back({2 * at + (known ? 1 : 0), index});
        next = at + 1;
    }
    std::ranges::sort(places, [&batch](Place const& a, Place const& b) {
        if (a.key != b.key || a.key % 2 != 0)
            return a.key != b.key ? a.key < b.key : a.index < b.index;
        auto const by_path = batch[a.index].path <=> batch[b.index].path;
        return by_path != 0 ? by_path < 0 : a.index < b.index;
    });
    std::vector<Node> result;
    result.reserve(batch.size());
    for (auto const& place : places) {
        if (!result.empty() && result.back().path == batch[place.index].path)
            result.pop_back();
        result.push_back(batch[place.index]);
    }
    return result;
}

/// Entries of `where` that the batch does not name.
std::vector<std::uint32_t> ParameterTree::absent(Range where, std::vector<Node> const& batch) const
{
    std::vector<std::uint32_t> doomed;
    auto told = batch.begin();
    for (auto at = where.first_; at < where.last_; ++at) {
        auto const path = path_of(records_[at]);
        while (told != batch.end() && told->path < path)
            ++told;
        if (told == batch.end() || told->path != path)
            doomed.push_back(static_cast<std::uint32_t>(at));
    }
    return doomed;
}

/// Parameters of `where` that the batch does not name, and instances all of whose parameters are such.
std::vector<std::uint32_t> ParameterTree::absent_values(Range where, std::vector<Node> const& batch) const
{
    std::vector<std::uint32_t> doomed;
    auto const candidates = absent(where, batch);
    std::size_t lost_until = 0;  // entries before this one lie below a vanished instance
    for (auto const at : candidates) {
        auto const path = path_of(records_[at]);
        if (at < lost_until || !cwmp::is_partial(path)) {
            doomed.push_back(at);
            continue;
        }
        if (!cwmp::is_instance(path) || part_of(batch, path) != 0)
            continue;
        auto const end = subtree_end(path, at);
        bool const had_parameters =
            std::any_of(records_.begin() + at, records_.begin() + static_cast<std::ptrdiff_t>(end),
                        [this](Record const& record) { return !cwmp::is_partial(path_of(record)); });
        if (had_parameters) {
            doomed.push_back(at);
            lost_until = end;
        }
    }
    return doomed;
}

/// Entries below `object` whose child of `object` has nothing at or below it in the batch.
std::vector<std::uint32_t> ParameterTree::absent_children(std::string_view object, std::vector<Node> const& batch) const
{
    std::vector<std::uint32_t> doomed;
    for (auto const child : children(object)) {
        auto const told = part_of(batch, child);
        bool const exact = std::ranges::binary_search(batch, child, {}, &Node::path);
        if (exact || (cwmp::is_partial(child) && told != 0))
            continue;
        auto const gone = subtree(child);
        for (auto at = gone.first_; at < gone.last_; ++at)
            doomed.push_back(static_cast<std::uint32_t>(at));
    }
    return doomed;
}

ParameterTree ParameterTree::of(std::vector<Node> nodes, TreeLimits limits)
{
    ParameterTree tree{limits};
    tree.merge(tree.sorted(std::move(nodes)), {.whole = true, .report = false}, {});
    return tree;
}

TreeChange ParameterTree::set_values(std::vector<ValueUpdate> values, std::int32_t now)
{
    return merge(sorted(to_batch(values, now)), {.value = true}, {});
}

TreeChange ParameterTree::set_names(std::vector<NameUpdate> names)
{
    return merge(sorted(to_batch(names)), {.writable = true}, {});
}

TreeChange ParameterTree::set_notifications(std::vector<NotificationUpdate> attributes)
{
    std::vector<Node> batch;
    for (auto const& told : attributes)
        for (auto const node : subtree(told.path))
            if (!node.is_object())
                batch.push_back({.path = node.path, .notification = told.notification});
    return merge(sorted(std::move(batch)), {.notification = true, .add = false}, {});
}

TreeChange ParameterTree::replace_names(std::string_view object, std::vector<NameUpdate> names)
{
    auto const batch = sorted(to_batch(names));
    auto where = subtree(object);
    if (!where.empty() && path_of(records_[where.first_]) == object)
        ++where.first_;
    return merge(batch, {.writable = true}, absent(where, batch));
}

TreeChange ParameterTree::replace_children(std::string_view object, std::vector<NameUpdate> names)
{
    auto const batch = sorted(to_batch(names));
    return merge(batch, {.writable = true}, absent_children(object, batch));
}

TreeChange ParameterTree::replace_values(std::string_view object, std::vector<ValueUpdate> values, std::int32_t now)
{
    auto const batch = sorted(to_batch(values, now));
    return merge(batch, {.value = true}, absent_values(subtree(object), batch));
}

TreeChange ParameterTree::replace(std::string_view path, std::vector<Node> nodes)
{
    std::erase_if(nodes, [path](Node const& node) { return !cwmp::covers(path, node.path); });
    auto const batch = sorted(std::move(nodes));
    return merge(batch, {.whole = true}, absent(subtree(path), batch));
}

TreeChange ParameterTree::remove(std::string_view path)
{
    return merge({}, {}, absent(subtree(path), {}));
}

std::size_t ParameterTree::mark(std::string_view path, std::uint8_t marks, bool on)
{
    std::size_t different = 0;
    auto const where = subtree(path);
    for (auto at = where.first_; at < where.last_; ++at) {
        auto node = (*this)[at];
        node.marks = static_cast<std::uint8_t>(on ? node.marks | marks : node.marks & ~marks);
        different += packed(node) != records_[at].bits ? 1 : 0;
        records_[at].bits = packed(node);
    }
    return different;
}

}  // namespace datamodel
