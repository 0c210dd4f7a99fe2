#pragma once

#include "datamodel/definition.hpp"

#include <boost/json/object.hpp>

namespace storage {

/// What of a definition has no column of its own: ranges, sizes, enumeration, patterns, list limits, flags. Only what
/// differs from the defaults.
[[nodiscard]] boost::json::object facets_of(datamodel::Definition const& definition);

/// The reverse; members of other types are passed over.
void apply_facets(boost::json::object const& facets, datamodel::Definition& definition);

}  // namespace storage
