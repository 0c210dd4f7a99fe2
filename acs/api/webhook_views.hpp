#pragma once

#include "domain/webhook.hpp"

#include <boost/json/object.hpp>

namespace api {

/// A webhook without its secret.
[[nodiscard]] boost::json::object view_of(domain::WebhookStatus const& status);
[[nodiscard]] boost::json::object view_of(domain::DeadLetter const& letter);
/// What came of one request.
[[nodiscard]] boost::json::object view_of(domain::WebhookAnswer const& answer);

}  // namespace api
