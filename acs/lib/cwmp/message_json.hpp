#pragma once

#include "cwmp/envelope.hpp"

#include <boost/json/object.hpp>

namespace cwmp {

/// All that an envelope says: {"method":...,"id":...,"namespace":...,...}. Arguments have TR-069's names in snake_case,
/// parameter values are {"name":...,"type":...,"value":...}, a fault's method is "Fault". Nothing is masked.
[[nodiscard]] boost::json::object to_json(Envelope const& envelope);

}  // namespace cwmp
