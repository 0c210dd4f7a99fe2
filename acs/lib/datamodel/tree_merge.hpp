#pragma once

#include "datamodel/tree.hpp"

#include <cstddef>

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

}  // namespace datamodel
