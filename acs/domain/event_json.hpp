#pragma once

#include "domain/event_log.hpp"

#include <boost/json/object.hpp>

namespace domain {

/// An event as the API, its streams and webhooks give it: {"cursor","at","kind","device","data"}.
[[nodiscard]] boost::json::object to_json(EventRecord const& event);

}  // namespace domain
