#pragma once

#include "api/genieacs/projection.hpp"
#include "domain/inventory.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <vector>

namespace api::genieacs {

/// A device as GenieACS shows it: what is known of it under names that begin with "_", and its parameters as a tree of
/// objects. Secrets are masked. Only what the projection wants is in it, and always the _id.
[[nodiscard]] boost::json::object document_of(domain::DeviceRow const& device,
                                              std::optional<base::TimePoint> last_bootstrap,
                                              std::vector<domain::ParameterRow> const& parameters,
                                              Projection const& projection);

}  // namespace api::genieacs
