#pragma once

#include <span>

namespace storage {

/// A column that holds sealed secrets, so that they can be found and sealed anew.
struct SealedColumn {
    char const* table;
    char const* column;
    /// SQL for the place that the secrets of row `t` were sealed for (base::Sealer); for `device_tree` of one value, in
    /// which `p.path` is its parameter.
    char const* place;
};

/// All of them; a test holds the list against the comments of the schema, which say "sealed".
[[nodiscard]] std::span<SealedColumn const> sealed_columns() noexcept;

}  // namespace storage
