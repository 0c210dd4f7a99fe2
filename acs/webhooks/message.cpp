#include "webhooks/message.hpp"

#include "base/crypto.hpp"
#include "domain/event_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace webhooks {

namespace json = boost::json;

std::string body_of(domain::Webhook const& webhook, std::vector<domain::EventRecord> const& events)
{
    json::array list;
    for (auto const& event : events)
        list.push_back(domain::to_json(event));
    return json::serialize(json::object{{"webhook", webhook.name}, {"events", std::move(list)}});
}

std::string signature_of(std::string_view secret, base::TimePoint at, std::string_view body)
{
    auto const seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
    return fmt::format("t={},v1={}", seconds,
                       base::to_hex(base::hmac_sha256(secret, fmt::format("{}.{}", seconds, body))));
}

std::string delivery_of(domain::Webhook const& webhook, std::vector<domain::EventRecord> const& events)
{
    auto const first = events.empty() ? domain::EventPosition{} : events.front().position;
    return fmt::format("{}-{}-{}", webhook.name, domain::to_text(first), events.size());
}

net::Headers headers_of(domain::Webhook const& webhook, std::vector<domain::EventRecord> const& events,
                        std::string_view body, base::TimePoint now)
{
    std::vector<std::string_view> kinds;
    for (auto const& event : events)
        if (std::ranges::find(kinds, event.kind) == kinds.end())
            kinds.push_back(event.kind);
    return {{"Content-Type", "application/json"},
            {"User-Agent", "acs"},
            {"ACS-Delivery", delivery_of(webhook, events)},
            {"ACS-Event", fmt::format("{}", fmt::join(kinds, ","))},
            {"ACS-Signature", signature_of(webhook.secret, now, body)}};
}

}  // namespace webhooks
