#pragma once

#include "domain/inventory.hpp"

#include <boost/json/object.hpp>

namespace api::genieacs {

/// A task as GenieACS shows it. Secrets are masked. What GenieACS has no name for keeps ours.
[[nodiscard]] boost::json::object document_of(domain::TaskRow const& row);

}  // namespace api::genieacs
