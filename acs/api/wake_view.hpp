#pragma once

#include "domain/wakeup.hpp"

#include <boost/json/object.hpp>

namespace api {

/// What became of waking a device: ConnectionRequest of docs/api/openapi.yaml without the device.
[[nodiscard]] boost::json::object view_of(domain::WakeOutcome const& outcome);

}  // namespace api
