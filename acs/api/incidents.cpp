#include "domain/incidents.hpp"
#include "api/device_lookup.hpp"
#include "api/endpoints.hpp"
#include "api/query.hpp"
#include "base/time_text.hpp"

namespace api {

namespace {

constexpr char incidents_cursor = 'i';

boost::json::object view_of(domain::IncidentRecord const& record)
{
    auto const& incident = record.incident;
    boost::json::object view{{"id", std::to_string(record.id)},
                             {"kind", incident.kind},
                             {"identity", incident.identity},
                             {"known", incident.device.has_value()},
                             {"address", incident.address},
                             {"username", incident.username},
                             {"detail", incident.detail},
                             {"first_at", base::to_rfc3339(record.first_at)},
                             {"last_at", base::to_rfc3339(record.last_at)},
                             {"times", record.times}};
    return view;
}

}  // namespace

Answer list_incidents(Call call)
{
    Query query{call.request.query()};
    domain::IncidentQuery wanted;
    wanted.kind = query.text("kind").value_or("");
    wanted.identity = query.text("identity").value_or("");
    wanted.address = query.text("address").value_or("");
    wanted.username = query.text("username").value_or("");
    auto const device = query.text("device");
    auto const limit = query.limit();
    wanted.before = query.after_number(incidents_cursor);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    if (device) {
        auto found = co_await find_device(call, *device);
        if (!found)
            co_return std::unexpected{std::move(found).error()};
        wanted.device = found->key;
    }
    wanted.limit = limit + 1;
    auto found = co_await call.context.services.incidents.list(std::move(wanted));
    std::optional<std::string> next;
    if (found.size() > limit) {
        found.resize(limit);
        next = make_cursor(incidents_cursor, std::to_string(found.back().id));
    }
    boost::json::array items;
    for (auto const& record : found)
        items.push_back(view_of(record));
    co_return list_response(std::move(items), next);
}

}  // namespace api
