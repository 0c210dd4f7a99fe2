#include "api/device_lookup.hpp"
#include "api/endpoints.hpp"
#include "api/query.hpp"
#include "api/rule_views.hpp"
#include "base/time_text.hpp"
#include "domain/rules.hpp"

#include <boost/json/array.hpp>

namespace api {

namespace json = boost::json;

namespace {

json::value time_or_null(std::optional<base::TimePoint> const& time)
{
    return time ? json::value(json::string(base::to_rfc3339(*time))) : json::value(nullptr);
}

json::value text_or_null(std::optional<std::string> const& text)
{
    return text ? json::value(json::string(*text)) : json::value(nullptr);
}

json::value text_or_null(std::string const& text)
{
    return text.empty() ? json::value(nullptr) : json::value(json::string(text));
}

std::string_view state_of(domain::ExplainedWish const& wish)
{
    if (!wish.overruled_by.empty())
        return "overruled";
    if (wish.is_awaiting && wish.state != domain::WishState::in_place)
        return "awaiting";
    switch (wish.state) {
        case domain::WishState::in_place: return "in_place";
        case domain::WishState::unknown: return "unknown";
        case domain::WishState::wanted: return "wanted";
        case domain::WishState::waits: return "waiting";
        case domain::WishState::given_up: return "given_up";
    }
    return "wanted";
}

json::object view_of(domain::ExplainedWish const& wish)
{
    bool const is_in_place = wish.overruled_by.empty() && wish.state == domain::WishState::in_place;
    return {{"rule", wish.rule},
            {"version", std::to_string(wish.version)},
            {"priority", wish.priority},
            {"kind", wish.kind},
            {"path", wish.path},
            {"wanted", wish.wanted},
            {"wanted_since", time_or_null(wish.wanted_since)},
            {"known", text_or_null(wish.known)},
            {"known_since", time_or_null(wish.known_since)},
            {"overruled_by", text_or_null(wish.overruled_by)},
            {"state", state_of(wish)},
            {"in_place", is_in_place},
            {"attempts", wish.attempts},
            {"fault", text_or_null(wish.told)},
            {"next_try", time_or_null(wish.next_try)}};
}

json::value view_of(std::optional<domain::RulesExplanation::Reported> const& reported)
{
    if (!reported)
        return nullptr;
    return json::object{{"path", reported->path},
                        {"value", text_or_null(reported->value)},
                        {"changed", time_or_null(reported->changed)}};
}

json::object view_of(domain::RulesExplanation const& explanation)
{
    json::array wishes;
    for (auto const& wish : explanation.wishes)
        wishes.push_back(view_of(wish));
    json::array quarantined;
    for (auto const& each : explanation.quarantined)
        quarantined.push_back(api::view_of(each));
    json::array rpcs;
    for (auto const& rpc : explanation.next_session)
        rpcs.push_back({{"rpc", rpc.method}, {"about", texts(rpc.about)}});
    return {{"epoch", std::to_string(explanation.epoch)},
            {"all_paused", explanation.is_paused},
            {"paused", texts(explanation.paused)},
            {"matched", texts(explanation.matched)},
            {"unmatched", texts(explanation.unmatched)},
            {"awaiting", texts(explanation.awaiting)},
            {"reported", view_of(explanation.reported)},
            {"wishes", std::move(wishes)},
            {"failures", api::view_of(explanation.failures)},
            {"quarantined", std::move(quarantined)},
            {"next_session", std::move(rpcs)}};
}

}  // namespace

Answer explain_device(Call call)
{
    Query query{call.request.query()};
    auto path = query.text("path");
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const device = co_await find_device(call, std::string{call.argument});
    if (!device)
        co_return std::unexpected{std::move(device).error()};
    auto const explanation = co_await call.context.services.rules.explain(device->key, std::move(path).value_or(""));
    co_return json_response(200, view_of(explanation));
}

}  // namespace api
