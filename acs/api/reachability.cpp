#include "domain/reachability.hpp"
#include "api/device_lookup.hpp"
#include "api/endpoints.hpp"
#include "api/query.hpp"
#include "base/time_text.hpp"
#include "cwmp/device_id.hpp"

namespace api {

namespace {

namespace json = boost::json;

json::value text_or_null(std::string_view text)
{
    return text.empty() ? json::value() : json::value(text);
}

json::value time_or_null(std::optional<base::TimePoint> time)
{
    return time ? json::value(base::to_rfc3339(*time)) : json::value();
}

json::object view_of(domain::WakeAttempt const& attempt)
{
    return {{"method", attempt.method},
            {"at", base::to_rfc3339(attempt.at)},
            {"outcome", domain::to_text(attempt.result)},
            {"cause", text_or_null(attempt.cause)},
            {"milliseconds", attempt.took.count()}};
}

json::object view_of(domain::ReachabilityView::Picture const& picture)
{
    auto const& known = picture.facts.known;
    json::array methods;
    for (auto const& method : picture.methods)
        methods.push_back(
            json::object{{"method", method.name}, {"applies", method.applies}, {"why_not", text_or_null(method.why)}});
    json::array attempts;
    for (auto const& attempt : known.attempts)
        attempts.push_back(view_of(attempt));
    return {{"in_session", picture.in_session},
            {"best_method", text_or_null(known.best_method)},
            {"model_method", text_or_null(picture.facts.model_method)},
            {"reached_at", time_or_null(known.reached_at)},
            {"failed_in_row", known.failed_in_row},
            {"failed_at", time_or_null(known.failed_at)},
            {"postponed", text_or_null(picture.postponed)},
            {"next_inform", time_or_null(picture.next_inform)},
            {"outlook", picture.outlook},
            {"methods", std::move(methods)},
            {"attempts", std::move(attempts)}};
}

}  // namespace

Answer get_reachability(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const device = co_await find_device(call, std::string{call.argument});
    if (!device)
        co_return std::unexpected{device.error()};
    auto const picture = co_await call.context.services.reachability.picture(device->key);
    if (!picture)
        co_return not_found("device", call.argument);
    auto view = view_of(*picture);
    view["device"] = cwmp::external_id(device->identity);
    co_return json_response(200, view);
}

}  // namespace api
