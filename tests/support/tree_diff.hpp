#pragma once

#include "datamodel/tree.hpp"

#include <cstddef>
#include <optional>

namespace support {

/// What turns `before` into `after`: what a tree said of its change is held against it.
inline datamodel::TreeChange diff(datamodel::ParameterTree const& before, datamodel::ParameterTree const& after)
{
    datamodel::TreeChange change;
    std::size_t old_at = 0;
    std::size_t new_at = 0;
    while (old_at < before.size() || new_at < after.size()) {
        auto const gone = old_at < before.size() ? std::optional{before[old_at]} : std::nullopt;
        auto const come = new_at < after.size() ? std::optional{after[new_at]} : std::nullopt;
        if (!come || (gone && gone->path < come->path)) {
            change.removed.emplace_back(gone->path);
            ++old_at;
            continue;
        }
        ++new_at;
        if (!gone || come->path < gone->path) {
            change.added.emplace_back(come->path);
            continue;
        }
        ++old_at;
        if (gone->value != come->value)
            change.changed.emplace_back(come->path);
        else if (datamodel::packed(*gone) != datamodel::packed(*come))
            change.described.emplace_back(come->path);
    }
    return change;
}

}  // namespace support
