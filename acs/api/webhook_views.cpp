#include "api/webhook_views.hpp"

#include "base/time_text.hpp"
#include "domain/event_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace api {

namespace json = boost::json;

namespace {

json::value time_or_null(std::optional<base::TimePoint> const& time)
{
    return time ? json::value(base::to_rfc3339(*time)) : json::value(nullptr);
}

json::value text_or_null(std::string const& text)
{
    return text.empty() ? json::value(nullptr) : json::value(text);
}

}  // namespace

json::object view_of(domain::WebhookStatus const& status)
{
    auto const& [webhook, progress, dead_letters] = status;
    json::array kinds;
    for (auto const& kind : webhook.kinds)
        kinds.emplace_back(kind);
    return {{"name", webhook.name},
            {"url", webhook.url},
            {"kinds", std::move(kinds)},
            {"where", webhook.where},
            {"batch", webhook.batch},
            {"state", webhook.is_paused ? "paused" : "active"},
            {"made_at", base::to_rfc3339(webhook.made_at)},
            {"made_by", webhook.made_by},
            {"delivered_at", time_or_null(progress.delivered_at)},
            {"waiting_since", time_or_null(progress.waiting_since)},
            {"problem", text_or_null(progress.problem)},
            {"missed_before", time_or_null(progress.missed_before)},
            {"dead_letters", dead_letters}};
}

json::object view_of(domain::DeadLetter const& letter)
{
    return {{"id", std::to_string(letter.id.value())},
            {"event", domain::to_json(letter.event)},
            {"attempts", letter.attempts},
            {"problem", letter.problem},
            {"died_at", base::to_rfc3339(letter.died_at)}};
}

json::object view_of(domain::WebhookAnswer const& answer)
{
    json::object view{{"taken", answer.is_taken},
                      {"status", nullptr},
                      {"problem", text_or_null(answer.problem)},
                      {"milliseconds", answer.time.count()}};
    if (answer.status != 0)
        view["status"] = answer.status;
    return view;
}

}  // namespace api
