#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace datamodel {

/// What was told but not kept, by reason.
struct Refusals {
    std::size_t too_many = 0;        ///< beyond TreeLimits::parameters
    std::size_t path_too_long = 0;   ///< beyond TreeLimits::path_bytes
    std::size_t value_too_long = 0;  ///< beyond TreeLimits::value_bytes: the name is kept, the value is not
    std::size_t too_large = 0;       ///< beyond TreeLimits::total_bytes
    std::size_t unusable_path = 0;   ///< empty, with control characters, or an object where a parameter must be

    [[nodiscard]] std::size_t total() const noexcept
    {
        return too_many + path_too_long + value_too_long + too_large + unusable_path;
    }
    Refusals& operator+=(Refusals const& other) noexcept;
    friend bool operator==(Refusals const&, Refusals const&) = default;
};

/// What a batch did to a tree, as full paths in path order.
struct TreeChange {
    std::vector<std::string> added;  ///< parameters and objects not known before
    std::vector<std::string>
        changed;  ///< known parameters whose value is another text now, or was read for the first time
    std::vector<std::string> described;  ///< known entries of which only type, writable, notification or marks changed
    std::vector<std::string> removed;    ///< what is not known any more
    Refusals refused;

    /// Nothing to be stored.
    [[nodiscard]] bool empty() const noexcept
    {
        return added.empty() && changed.empty() && described.empty() && removed.empty();
    }
    /// The set of paths is another one.
    [[nodiscard]] bool moved() const noexcept { return !added.empty() || !removed.empty(); }
    /// Puts a later change behind this one; a path may then be named twice.
    void append(TreeChange later);
    friend bool operator==(TreeChange const&, TreeChange const&) = default;
};

}  // namespace datamodel
