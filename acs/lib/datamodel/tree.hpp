#pragma once

#include "cwmp/path.hpp"
#include "cwmp/value_type.hpp"
#include "datamodel/node.hpp"
#include "datamodel/tree_change.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace datamodel {

/// What one device may make us keep; what is beyond is refused and counted (TreeChange::refused).
struct TreeLimits {
    std::size_t parameters = 20'000;                   ///< entries, objects included
    std::size_t path_bytes = cwmp::max_path_length;    ///< of one name
    std::size_t value_bytes = std::size_t{64} * 1024;  ///< of one value; a longer one is kept as "too long to keep"
    std::size_t total_bytes = std::size_t{8} * 1024 * 1024;  ///< of all names and values together
    friend bool operator==(TreeLimits const&, TreeLimits const&) = default;
};

/// What is known of one device: its parameters and objects, sorted by path (byte order), so that a subtree is a range.
/// Any number of roots may stand side by side.
///
/// Names and values lie in one text buffer, an entry is 20 bytes: a tree of 1,000 parameters is two allocations.
/// Changes come in batches, each one linear merge. Nodes and views handed out are valid until the next change, and must
/// not be given back to the same tree as part of one.
/// Not safe for concurrent change; copying is cheap (two buffers).
class ParameterTree {
public:
    class Iterator;
    class Range;

    explicit ParameterTree(TreeLimits limits = {}) noexcept;

    /// A tree of `nodes`, in any order; of two with the same path the later one counts. What breaks the limits is left
    /// out.
    [[nodiscard]] static ParameterTree of(std::vector<Node> nodes, TreeLimits limits = {});

    [[nodiscard]] std::size_t size() const noexcept { return records_.size(); }
    [[nodiscard]] bool empty() const noexcept { return records_.empty(); }
    [[nodiscard]] TreeLimits const& limits() const noexcept { return limits_; }

    /// The entry at `index` (0 to size() - 1) in path order.
    [[nodiscard]] Node operator[](std::size_t index) const noexcept;
    [[nodiscard]] Iterator begin() const noexcept;
    [[nodiscard]] Iterator end() const noexcept;

    /// The entry with exactly this path, objects with their dot.
    [[nodiscard]] std::optional<Node> find(std::string_view path) const noexcept;
    [[nodiscard]] bool contains(std::string_view path) const noexcept { return find(path).has_value(); }
    /// The value of a parameter when it was read.
    [[nodiscard]] std::optional<std::string_view> value(std::string_view path) const noexcept;

    /// Everything that `path` covers: the object itself and all below it, or the one parameter; "" for all.
    [[nodiscard]] Range subtree(std::string_view path) const noexcept;
    /// What stands directly below `object`, as full paths; objects that are known only by what is below them are named
    /// too.
    [[nodiscard]] std::vector<std::string_view> children(std::string_view object) const;
    /// The instance numbers below a table such as "Device.WiFi.SSID.", ascending. Aliases are not among them.
    [[nodiscard]] std::vector<std::uint32_t> instances(std::string_view table) const;
    /// The parameters and objects that `pattern` means (see cwmp::matches), in path order.
    [[nodiscard]] std::vector<Node> matching(std::string_view pattern) const;

    /// Takes values that the CPE told (Inform, GetParameterValuesResponse) or confirmed (SetParameterValues), at `now`.
    /// Unknown paths are added. What is known beside the value (writable, notification) stays.
    /// A value that differs from the known one as text gets `changed = now`.
    TreeChange set_values(std::vector<ValueUpdate> values, std::int32_t now);

    /// Takes names that the CPE told (GetParameterNamesResponse); adds what is new, removes nothing.
    TreeChange set_names(std::vector<NameUpdate> names);

    /// Takes notification attributes (GetParameterAttributesResponse, or confirmed SetParameterAttributes).
    /// A partial name sets what is known below it. Unknown parameters are not added.
    TreeChange set_notifications(std::vector<NotificationUpdate> attributes);

    /// Takes a whole answer to GetParameterNames(object, NextLevel = false): what is known below `object` but not among
    /// `names` is removed. `object` itself stays. Values of what stays are kept.
    TreeChange replace_names(std::string_view object, std::vector<NameUpdate> names);

    /// Takes a whole answer to GetParameterNames(object, NextLevel = true): a child of `object` that is not among
    /// `names` is removed with all below it.
    TreeChange replace_children(std::string_view object, std::vector<NameUpdate> names);

    /// Takes a whole answer to GetParameterValues of the partial path `object`: parameters below it that were not told
    /// are removed, and table instances that have no parameter left. Other objects stay (an empty table has no values).
    TreeChange replace_values(std::string_view object, std::vector<ValueUpdate> values, std::int32_t now);

    /// Puts in place what `path` covers by `nodes` wholly (all below `path`, others are ignored).
    TreeChange replace(std::string_view path, std::vector<Node> nodes);

    /// Forgets `path` and, for an object, all below it (DeleteObject, fault 9005).
    TreeChange remove(std::string_view path);

    /// Sets or takes away marks (NodeMarks) of what `path` covers. `doubtful` after 0 BOOTSTRAP or a
    /// software change: reading a value takes that mark away. The number of entries that are different now.
    std::size_t mark(std::string_view path, std::uint8_t marks, bool on);

    /// The same entries, whatever the limits.
    friend bool operator==(ParameterTree const& a, ParameterTree const& b) noexcept;

private:
    /// An entry whose texts lie in text_.
    struct Record {
        std::uint32_t path_at = 0;   ///< in text_
        std::uint32_t value_at = 0;  ///< in text_
        std::uint32_t value_size = 0;
        std::int32_t changed = 0;
        std::uint16_t path_size = 0;
        std::uint16_t bits = 0;  ///< as `packed` has them
    };
    struct Fields;
    struct Addition;

    [[nodiscard]] std::string_view path_of(Record const& record) const noexcept;
    [[nodiscard]] std::string_view value_of(Record const& record) const noexcept;
    [[nodiscard]] std::size_t lower_bound(std::string_view path, std::size_t from = 0) const noexcept;
    [[nodiscard]] std::size_t subtree_end(std::string_view path, std::size_t from) const noexcept;
    [[nodiscard]] std::vector<Node> sorted(std::vector<Node> batch) const;
    [[nodiscard]] std::vector<std::uint32_t> absent(Range where, std::vector<Node> const& batch) const;
    [[nodiscard]] std::vector<std::uint32_t> absent_values(Range where, std::vector<Node> const& batch) const;
    [[nodiscard]] std::vector<std::uint32_t> absent_children(std::string_view object,
                                                             std::vector<Node> const& batch) const;

    TreeChange merge(std::vector<Node> const& batch, Fields const& fields, std::vector<std::uint32_t> const& doomed);
    void rebuild(std::vector<Addition> const& additions, std::vector<std::uint32_t> const& doomed, Fields const& fields,
                 TreeChange& change);
    void update(Record& record, Node const& told, Fields const& fields, TreeChange& change);
    [[nodiscard]] bool store_value(Record& record, std::string_view value, Refusals& refused);
    [[nodiscard]] bool acceptable(Node const& node, std::size_t count, Refusals& refused) const noexcept;
    [[nodiscard]] Record make_record(Node const& node, Refusals& refused);
    [[nodiscard]] static std::size_t text_bytes(std::vector<Addition> const& additions) noexcept;
    void compact();

    TreeLimits limits_;
    std::vector<Record> records_;  ///< sorted by path
    std::string text_;             ///< names and values; also what nobody refers to any more
    std::size_t garbage_ = 0;      ///< bytes of text_ that nobody refers to
};

/// Walks over entries in path order. Dereferencing gives a Node by value.
class ParameterTree::Iterator {
public:
    using value_type = Node;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;

    Iterator() noexcept = default;
    Iterator(ParameterTree const* tree, std::size_t index) noexcept : tree_{tree}, index_{index} {}
    Node operator*() const noexcept { return (*tree_)[index_]; }
    Iterator& operator++() noexcept
    {
        ++index_;
        return *this;
    }
    Iterator operator++(int) noexcept { return {tree_, index_++}; }
    friend bool operator==(Iterator const& a, Iterator const& b) noexcept { return a.index_ == b.index_; }

private:
    ParameterTree const* tree_ = nullptr;
    std::size_t index_ = 0;
};

/// A part of a tree: entries `first` to `last` - 1.
class ParameterTree::Range {
public:
    Range(ParameterTree const* tree, std::size_t first, std::size_t last) noexcept
        : tree_{tree}, first_{first}, last_{last}
    {
    }
    [[nodiscard]] Iterator begin() const noexcept { return {tree_, first_}; }
    [[nodiscard]] Iterator end() const noexcept { return {tree_, last_}; }
    [[nodiscard]] std::size_t size() const noexcept { return last_ - first_; }
    [[nodiscard]] bool empty() const noexcept { return first_ == last_; }
    /// Where it begins in the tree.
    [[nodiscard]] std::size_t first_index() const noexcept { return first_; }

private:
    friend class ParameterTree;
    ParameterTree const* tree_;
    std::size_t first_, last_;
};

inline ParameterTree::Iterator ParameterTree::begin() const noexcept
{
    return {this, 0};
}
inline ParameterTree::Iterator ParameterTree::end() const noexcept
{
    return {this, records_.size()};
}

}  // namespace datamodel
