#include "monitor/monitor.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <string_view>

namespace monitor {

namespace {

/// Labels as Metrics keeps them (`outcome="done",kind="get"`) in the library's form.
std::vector<prometheus::ClientMetric::Label> labels_of(std::string_view text)
{
    std::vector<prometheus::ClientMetric::Label> labels;
    while (!text.empty()) {
        auto const equals = text.find("=\"");
        auto const end = equals == std::string_view::npos ? equals : text.find('"', equals + 2);
        if (end == std::string_view::npos)
            break;
        labels.push_back({std::string{text.substr(0, equals)}, std::string{text.substr(equals + 2, end - equals - 2)}});
        text.remove_prefix(end + 1);
        if (text.starts_with(','))
            text.remove_prefix(1);
    }
    return labels;
}

}  // namespace

std::string render(base::Metrics const& metrics)
{
    std::map<std::string, prometheus::MetricFamily> families;
    for (auto const& reading : metrics.read()) {
        auto& family = families[reading.name];
        family.name = reading.name;
        family.help = reading.help;
        family.type = reading.is_gauge ? prometheus::MetricType::Gauge : prometheus::MetricType::Counter;
        prometheus::ClientMetric metric;
        metric.label = labels_of(reading.labels);
        if (reading.is_gauge)
            metric.gauge.value = static_cast<double>(reading.value);
        else
            metric.counter.value = static_cast<double>(reading.value);
        family.metric.push_back(std::move(metric));
    }
    std::vector<prometheus::MetricFamily> list;
    for (auto& [name, family] : families)
        list.push_back(std::move(family));
    return prometheus::TextSerializer{}.Serialize(list);
}

MonitorHandler::MonitorHandler(base::Metrics const& metrics, std::vector<ReadyCheck> checks)
    : metrics_{metrics}, checks_{std::move(checks)}
{
}

base::Awaitable<net::Response> MonitorHandler::handle(net::Request& request)
{
    auto const path = request.path();
    if (request.method != "GET" && request.method != "HEAD") {
        auto refused = net::text_response(405, "only GET is answered here\n");
        refused.headers.add("Allow", "GET, HEAD");
        co_return refused;
    }
    if (path == "/healthz")
        co_return net::text_response(200, "ok\n");
    if (path == "/readyz")
        co_return ready();
    if (path != "/metrics")
        co_return net::text_response(404, "there are /metrics, /healthz and /readyz\n");
    net::Response response;
    response.headers.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    response.body = render(metrics_);
    response.compress = true;
    co_return response;
}

net::Response MonitorHandler::ready() const
{
    std::string reasons;
    for (auto const& check : checks_)
        if (auto const result = check(); !result)
            reasons += result.error().what + '\n';
    return reasons.empty() ? net::text_response(200, "ready\n") : net::text_response(503, reasons);
}

Monitor::Monitor(base::Metrics& metrics, std::vector<ReadyCheck> checks)
    : handler_{metrics, std::move(checks)}, server_{threads_, metrics}
{
}

Monitor::~Monitor()
{
    server_.stop();
}

base::Result<void> Monitor::listen(std::string const& address, std::uint16_t port)
{
    net::Listener listener;
    listener.name = "monitor";
    listener.address = address;
    listener.port = port;
    listener.max_connections = 100;
    if (auto listening = server_.listen(std::move(listener), handler_); !listening)
        return listening;
    threads_.start();
    return {};
}

}  // namespace monitor
