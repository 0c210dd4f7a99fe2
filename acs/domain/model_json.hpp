#pragma once

#include "domain/model.hpp"

#include <boost/json/object.hpp>

namespace domain {

/// What differs from the defaults, as the database keeps it and an operator writes it.
[[nodiscard]] boost::json::object to_json(ModelKnowledge const& knowledge);

/// Puts what `json` says over `knowledge`; members of other names and types are passed over, numbers are brought into
/// their range.
void apply_json(boost::json::object const& json, ModelKnowledge& knowledge);

}  // namespace domain
