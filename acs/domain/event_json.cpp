#include "domain/event_json.hpp"

#include "base/time_text.hpp"
#include "domain/json_read.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace domain {

namespace json = boost::json;

namespace {

json::object inform_data(EventRecord const& event)
{
    json::array events;
    for (auto const& [code, key] : event.events)
        events.push_back(json::object{{"code", code}, {"command_key", key}});
    return {{"events", std::move(events)},
            {"retry_count", event.retry_count},
            {"redelivered", event.redelivered},
            {"address", event.address}};
}

}  // namespace

json::object to_json(EventRecord const& event)
{
    return {{"cursor", to_text(event.position)},
            {"at", base::to_rfc3339(event.at)},
            {"kind", event.kind},
            {"device", event.device_name.empty() ? json::value(nullptr) : json::value(event.device_name)},
            {"data", event.kind == event_kind::inform ? inform_data(event) : object_of(event.detail)}};
}

}  // namespace domain
