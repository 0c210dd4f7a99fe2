#pragma once

#include "base/sealer.hpp"
#include "datamodel/tree.hpp"
#include "storage/binary_array.hpp"
#include "storage/path_table.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace storage {

/// A tree as the columns of device_tree give it to a statement.
struct TreeElements {
    BinaryElements path_ids, values, changed;
    std::string flags;  ///< two bytes for each entry
};

/// A tree as a statement gives it: arrays in binary form (array_send), empty for a device without a tree.
struct TreeBytes {
    std::string path_ids, values, changed, flags;
};

/// A promoted parameter of a tree.
struct PromotedValue {
    std::int32_t path_id = 0;
    std::optional<std::string> value;  ///< none: longer than most_promoted_bytes
    std::int32_t since = 0;            ///< seconds since 1970; 0: not known
};

struct EncodedTree {
    TreeElements elements;
    std::vector<PromotedValue> promoted;
};

/// Writes a tree as columns, ascending by path id. `paths` has an entry for each of its nodes in their order, null for
/// those that are left out. Values of secret paths are sealed.
[[nodiscard]] EncodedTree encode_tree(datamodel::ParameterTree const& tree, std::vector<PathRef> const& paths,
                                      base::Sealer const& sealer, domain::DeviceKey device);

/// One entry as device_tree has it, and the value that device_recent has of it.
struct TreeEntry {
    std::string path;
    std::optional<unsigned> bits;  ///< two bytes of `flags`; none: it is not in the tree
    std::string text;
    std::int32_t changed = 0;
    std::optional<std::string> recent;
    std::int32_t recent_changed = 0;
};
/// Reads some entries of a device's tree. A secret that does not open has no value.
[[nodiscard]] datamodel::ParameterTree decode_entries(std::vector<TreeEntry> const& entries, base::Sealer const& sealer,
                                                      domain::DeviceKey device);

/// Reads columns; `paths` has an entry for each path id, null for ids that are gone. A secret that does not open has no
/// value.
[[nodiscard]] datamodel::ParameterTree decode_tree(TreeBytes const& bytes, std::vector<PathRef> const& paths,
                                                   base::Sealer const& sealer, domain::DeviceKey device);

}  // namespace storage
