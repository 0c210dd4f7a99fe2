#include "base/counters.hpp"

namespace base {

Counter& Metrics::counter(std::string_view name, std::string_view help, std::string_view labels)
{
    return entry(name, help, labels, false).counter;
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, std::string_view labels)
{
    return entry(name, help, labels, true).gauge;
}

std::vector<Metrics::Reading> Metrics::read() const
{
    std::lock_guard const lock{mutex_};
    std::vector<Reading> readings;
    readings.reserve(entries_.size());
    for (auto const& e : entries_)
        readings.push_back({e.name, e.labels, e.help, e.is_gauge,
                            e.is_gauge ? e.gauge.value() : static_cast<std::int64_t>(e.counter.value())});
    return readings;
}

Metrics::Entry& Metrics::entry(std::string_view name, std::string_view help, std::string_view labels, bool is_gauge)
{
    std::lock_guard const lock{mutex_};
    for (auto& known : entries_)
        if (known.name == name && known.labels == labels)
            return known;
    auto& made = entries_.emplace_back();
    made.name = name;
    made.labels = labels;
    made.help = help;
    made.is_gauge = is_gauge;
    return made;
}

}  // namespace base
