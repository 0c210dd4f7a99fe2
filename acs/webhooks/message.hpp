#pragma once

#include "base/clock.hpp"
#include "domain/webhook.hpp"
#include "net/headers.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace webhooks {

/// {"webhook":NAME,"events":[...]}
[[nodiscard]] std::string body_of(domain::Webhook const& webhook, std::vector<domain::EventRecord> const& events);

/// "t=SECONDS,v1=HEX": an HMAC-SHA256 of "SECONDS.BODY" under the webhook's secret. The time lets receivers refuse what
/// somebody recorded and sends again.
[[nodiscard]] std::string signature_of(std::string_view secret, base::TimePoint at, std::string_view body);

/// The same for every attempt at the same events: the webhook's name, the first cursor and how many.
[[nodiscard]] std::string delivery_of(domain::Webhook const& webhook, std::vector<domain::EventRecord> const& events);

/// Content-Type, ACS-Delivery, ACS-Event (the kinds in the body, each once) and ACS-Signature.
[[nodiscard]] net::Headers headers_of(domain::Webhook const& webhook, std::vector<domain::EventRecord> const& events,
                                      std::string_view body, base::TimePoint now);

}  // namespace webhooks
