#include "datamodel/tree.hpp"

#include <algorithm>
#include <utility>

namespace datamodel {

/// Which members of a batch's nodes say something.
struct ParameterTree::Fields {
    bool value = false;  ///< value, type and changed
    bool writable = false;
    bool notification = false;
    bool whole = false;  ///< all, also what says "unknown"
    bool add = true;     ///< makes entries that are not there
    bool report = true;  ///< names in the TreeChange what is new
};

/// A node that gets a record of its own.
struct ParameterTree::Addition {
    std::size_t before;  ///< index of the record that it stands before
    Node const* node;
};

namespace {

/// What may lie in the text without being referred to before it is written anew.
constexpr std::size_t least_garbage = 4096;

bool is_control(char c) noexcept
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

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

/// Writes a value into the text: over the old one where it fits. False, and counted, when it is not kept.
bool ParameterTree::store_value(Record& record, std::string_view value, Refusals& refused)
{
    if (value.size() > limits_.value_bytes) {
        ++refused.value_too_long;
        return false;
    }
    if (value.size() <= record.value_size) {
        value.copy(text_.data() + record.value_at, value.size());
        garbage_ += record.value_size - value.size();
    } else {
        if (text_.size() - garbage_ + value.size() - record.value_size > limits_.total_bytes) {
            ++refused.too_large;
            return false;
        }
        garbage_ += record.value_size;
        record.value_at = static_cast<std::uint32_t>(text_.size());
        text_ += value;
    }
    record.value_size = static_cast<std::uint32_t>(value.size());
    return true;
}

/// Puts what was told over what was known.
void ParameterTree::update(Record& record, Node const& told, Fields const& fields, TreeChange& change)
{
    Node known{.path = path_of(record)};
    unpack(record.bits, known);
    if (known.value)
        known.value = value_of(record);
    auto next = fields.whole ? told : known;
    if (fields.writable)
        next.writable = told.writable;
    if (fields.notification)
        next.notification = told.notification;
    if (fields.value) {
        next.value = told.value;
        next.type = told.type == cwmp::ValueType::unknown ? known.type : told.type;
        next.marks = static_cast<std::uint8_t>(known.marks & ~(doubtful | too_long));
    }
    bool const had_value = known.value.has_value();
    bool same_value = known.value == next.value;
    if (!same_value && next.value && !store_value(record, *next.value, change.refused)) {
        next.value.reset();
        next.marks |= too_long;
        same_value = !had_value;
    }
    if (!next.value)
        garbage_ += std::exchange(record.value_size, 0);
    if (fields.whole || (fields.value && !same_value))
        record.changed = told.changed;
    auto const bits = packed(next);
    if (fields.report && !same_value)
        change.changed.emplace_back(told.path);
    else if (fields.report && bits != record.bits)
        change.described.emplace_back(told.path);
    record.bits = bits;
}

/// May a new entry be made beside `count` others?
bool ParameterTree::acceptable(Node const& node, std::size_t count, Refusals& refused) const noexcept
{
    auto const path = node.path;
    if (path.size() > limits_.path_bytes)
        ++refused.path_too_long;
    else if (path.empty() || (node.value && node.is_object()) || std::ranges::any_of(path, is_control))
        ++refused.unusable_path;
    else if (count >= limits_.parameters)
        ++refused.too_many;
    else if (text_.size() - garbage_ + path.size() > limits_.total_bytes)
        ++refused.too_large;
    else
        return true;
    return false;
}

ParameterTree::Record ParameterTree::make_record(Node const& node, Refusals& refused)
{
    Record record;
    record.path_at = static_cast<std::uint32_t>(text_.size());
    record.path_size = static_cast<std::uint16_t>(node.path.size());
    record.changed = node.changed;
    text_ += node.path;
    auto described = node;
    if (node.value && !store_value(record, *node.value, refused)) {
        described.value.reset();
        described.marks |= too_long;
    }
    record.bits = packed(described);
    return record;
}

/// The one way that a tree changes: `batch` (sorted, each path once) is put over it, `doomed` (ascending) goes.
TreeChange ParameterTree::merge(std::vector<Node> const& batch, Fields const& fields,
                                std::vector<std::uint32_t> const& doomed)
{
    TreeChange change;
    std::vector<Addition> additions;
    std::size_t at = 0;
    for (auto const& node : batch) {
        at = lower_bound(node.path, at);
        bool const known = at < records_.size() && path_of(records_[at]) == node.path;
        if (known && node.value && node.is_object())
            ++change.refused.unusable_path;
        else if (known)
            update(records_[at], node, fields, change);
        else if (fields.add)
            additions.push_back({at, &node});
        at += known ? 1 : 0;
    }
    for (auto const index : doomed) {
        change.removed.emplace_back(path_of(records_[index]));
        garbage_ += records_[index].path_size + records_[index].value_size;
    }
    if (!additions.empty() || !doomed.empty())
        rebuild(additions, doomed, fields, change);
    if (garbage_ > least_garbage && garbage_ > text_.size() / 2)
        compact();
    return change;
}

std::size_t ParameterTree::text_bytes(std::vector<Addition> const& additions) noexcept
{
    std::size_t bytes = 0;
    for (auto const& addition : additions)
        bytes += addition.node->path.size() + addition.node->value.value_or("").size();
    return bytes;
}

/// Makes the list of records anew, with the additions in their places and without the doomed.
void ParameterTree::rebuild(std::vector<Addition> const& additions, std::vector<std::uint32_t> const& doomed,
                            Fields const& fields, TreeChange& change)
{
    auto const old = std::exchange(records_, {});
    records_.reserve(old.size() - doomed.size() + additions.size());
    if (old.empty())
        text_.reserve(std::min(text_bytes(additions), limits_.total_bytes));
    auto addition = additions.begin();
    auto gone = doomed.begin();
    for (std::size_t index = 0; index <= old.size(); ++index) {
        for (; addition != additions.end() && addition->before == index; ++addition) {
            auto const to_come = old.size() - index - static_cast<std::size_t>(doomed.end() - gone);
            if (!acceptable(*addition->node, records_.size() + to_come, change.refused))
                continue;
            records_.push_back(make_record(*addition->node, change.refused));
            if (fields.report)
                change.added.emplace_back(addition->node->path);
        }
        if (gone != doomed.end() && *gone == index)
            ++gone;
        else if (index < old.size())
            records_.push_back(old[index]);
    }
}

/// Writes the text anew without what nobody refers to.
void ParameterTree::compact()
{
    std::string text;
    text.reserve(text_.size() - garbage_);
    for (auto& record : records_) {
        auto const path = path_of(record);
        auto const value = value_of(record);
        record.path_at = static_cast<std::uint32_t>(text.size());
        text += path;
        record.value_at = static_cast<std::uint32_t>(text.size());
        text += value;
    }
    text_ = std::move(text);
    garbage_ = 0;
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
