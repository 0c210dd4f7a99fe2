#include "datamodel/tree_merge.hpp"

#include <algorithm>
#include <utility>

namespace datamodel {

namespace {

/// What may lie in the text without being referred to before it is written anew.
constexpr std::size_t least_garbage = 4096;

bool is_control(char c) noexcept
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

}  // namespace

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

}  // namespace datamodel
