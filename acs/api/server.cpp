#include "api/endpoints.hpp"
#include "api/fleet_cache.hpp"
#include "api/query.hpp"
#include "base/clock.hpp"
#include "base/counters.hpp"
#include "base/time_text.hpp"
#include "domain/inventory.hpp"

namespace api {

namespace json = boost::json;

namespace {

constexpr unsigned most_software = 500;  ///< kinds that are told apart

json::object view_of(std::map<std::string, std::uint64_t> const& counts)
{
    json::object view;
    for (auto const& [name, count] : counts)
        view[name] = count;
    return view;
}

json::array view_of(std::vector<domain::SoftwareCount> const& counts)
{
    json::array list;
    for (auto const& each : counts)
        list.push_back({{"model", each.model}, {"software_version", each.software_version}, {"devices", each.devices}});
    return list;
}

json::object view_of(Cached<domain::FleetCounts>::Entry const& counted)
{
    auto const& counts = counted.value;
    return {{"at", base::to_rfc3339(counted.at)},        {"by_state", view_of(counts.by_state)},
            {"by_contact", view_of(counts.by_contact)},  {"by_software", view_of(counts.by_software)},
            {"other_software", counts.other_software},   {"open_tasks", view_of(counts.open_tasks)},
            {"ended_tasks", view_of(counts.ended_tasks)}};
}

}  // namespace

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
    auto const find_out = [&fleet = services.fleet] { return fleet.count(most_software); };
    auto const counted = co_await call.context.fleet.counts.get(services.clock, find_out);
    json::array counters;
    for (auto const& reading : services.metrics.read())
        counters.push_back(json::object{{"name", reading.name}, {"labels", reading.labels}, {"value", reading.value}});
    co_return json_response(200, {{"at", base::to_rfc3339(services.clock.now())},
                                  {"devices", totals.devices},
                                  {"open_tasks", totals.open_tasks},
                                  {"files", totals.files},
                                  {"fleet", view_of(*counted)},
                                  {"counters", std::move(counters)}});
}

}  // namespace api
