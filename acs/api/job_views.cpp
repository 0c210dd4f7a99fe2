#include "api/job_views.hpp"

#include "api/views.hpp"
#include "base/time_text.hpp"
#include "cwmp/device_id.hpp"
#include "net/url.hpp"

#include <boost/json/array.hpp>

#include <optional>
#include <string>

namespace api {

namespace json = boost::json;

namespace {

json::value text_or_null(std::string const& text)
{
    return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value time_or_null(std::optional<base::TimePoint> const& time)
{
    return time ? json::value(base::to_rfc3339(*time)) : json::value(nullptr);
}

template <class Number>
json::value number_or_null(std::optional<Number> const& number)
{
    return number ? json::value(*number) : json::value(nullptr);
}

json::value window(std::optional<domain::TaskWindow> const& window)
{
    if (!window)
        return nullptr;
    return json::object{{"from", domain::time_of_day_text(window->from)},
                        {"until", domain::time_of_day_text(window->until)}};
}

json::object counts(domain::TaskCounts const& tasks)
{
    using enum domain::TaskState;
    json::object view;
    for (auto const state : {queued, sent, waiting, unknown, done, failed, cancelled, expired}) {
        auto const found = tasks.find(state);
        view[domain::to_text(state)] = found == tasks.end() ? 0 : found->second;
    }
    return view;
}

}  // namespace

json::object view_of(domain::Job const& job)
{
    auto const& order = job.order;
    json::value arguments = domain::to_json(order.work);
    mask_secrets(arguments);
    return {{"id", std::to_string(job.id)},
            {"name", text_or_null(order.name)},
            {"kind", domain::kind_of(order.work)},
            {"arguments", std::move(arguments)},
            {"where", text_or_null(order.where)},
            {"group", text_or_null(order.group)},
            {"part", text_or_null(order.part)},
            {"per_minute", order.per_minute},
            {"at_once", number_or_null(order.at_once)},
            {"not_before", time_or_null(order.not_before)},
            {"expires_at", time_or_null(order.expires_at)},
            {"window", window(order.window)},
            {"wake", order.wakes},
            {"max_failed_percent", order.most_failed},
            {"state", domain::to_text(job.state)},
            {"stopped", text_or_null(job.stopped)},
            {"total", number_or_null(order.total)},
            {"seen", job.seen},
            {"ordered", job.ordered},
            {"skipped", json::object{{"full", job.skipped_full}, {"state", job.skipped_state}}},
            {"all_seen", job.is_walked},
            {"tasks", counts(job.tasks)},
            {"wakes", json::object{{"reached", job.reached}, {"unreached", job.unreached}}},
            {"made_at", base::to_rfc3339(job.made_at)},
            {"made_by", order.by},
            {"ended_at", time_or_null(job.ended_at)},
            {"retry_of", order.retry_of ? json::value(std::to_string(*order.retry_of)) : json::value(nullptr)}};
}

json::array view_of(std::vector<domain::JobFault> const& faults)
{
    json::array list;
    for (auto const& fault : faults) {
        json::array examples;
        for (auto const& device : fault.examples)
            examples.emplace_back(cwmp::external_id(device));
        list.push_back(json::object{{"code", number_or_null(fault.code)},
                                    {"text", net::without_logins(fault.text)},
                                    {"tasks", fault.tasks},
                                    {"examples", std::move(examples)}});
    }
    return list;
}

}  // namespace api
