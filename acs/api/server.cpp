#include "api/endpoints.hpp"
#include "api/query.hpp"
#include "base/clock.hpp"
#include "base/counters.hpp"
#include "base/time_text.hpp"
#include "domain/inventory.hpp"

namespace api {

namespace json = boost::json;

Answer get_version(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    co_return json_response(200, {{"name", "acs"}, {"version", call.context.settings.version}, {"api", "v1"}});
}

Answer get_statistics(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const& services = call.context.services;
    auto const totals = co_await services.inventory.totals();
    json::array counters;
    for (auto const& reading : services.metrics.read())
        counters.push_back(json::object{{"name", reading.name}, {"labels", reading.labels}, {"value", reading.value}});
    co_return json_response(200, {{"at", base::to_rfc3339(services.clock.now())},
                                  {"devices", totals.devices},
                                  {"open_tasks", totals.open_tasks},
                                  {"files", totals.files},
                                  {"counters", std::move(counters)}});
}

}  // namespace api
