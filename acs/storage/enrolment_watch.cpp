#include "storage/enrolment_watch.hpp"

#include <pqxx/pqxx>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace storage {

namespace {

constexpr Statement count_pending{"count_pending", "SELECT count(*) FROM device WHERE state = 'pending'"};
constexpr Statement count_announced{
    "count_announced", "SELECT count(*) FROM (SELECT FROM announcement WHERE device_id IS NULL LIMIT 10000000) a"};
constexpr Statement count_contact{"count_contact", "SELECT contact, count(*) FROM acs.contact GROUP BY contact"};
constexpr Statement keep_setting{
    "keep_dormant_after",
    "INSERT INTO setting AS s (name, value) VALUES ('dormant_after', to_jsonb($1::integer)) ON CONFLICT (name)"
    " DO UPDATE SET value = EXCLUDED.value, changed_at = now() WHERE s.value <> EXCLUDED.value"};

base::Gauge& devices(base::Metrics& metrics, std::string const& contact)
{
    return metrics.gauge("acs_devices", "Devices of the inventory, by whether they are heard of",
                         "contact=\"" + contact + "\"");
}

}  // namespace

EnrolmentWatch::EnrolmentWatch(Database& writes, base::Clock const& clock, base::Metrics& metrics,
                               std::function<void(std::uint64_t)> on_pending)
    : writes_{writes},
      clock_{clock},
      on_pending_{std::move(on_pending)},
      pending_{metrics.gauge("acs_devices_pending", "Devices that wait for somebody to let them in")},
      announced_{metrics.gauge("acs_devices_announced", "Announced devices that did not come yet")},
      managed_{devices(metrics, "managed")},
      dormant_{devices(metrics, "dormant")},
      unmanaged_{devices(metrics, "unmanaged")}
{
}

void EnrolmentWatch::keep_dormant_after(std::uint32_t intervals)
{
    writes_.run_here([intervals](Transaction& transaction) {
        transaction.exec(keep_setting, static_cast<std::int64_t>(intervals));
    });
}

void EnrolmentWatch::look()
{
    auto const count = writes_.run_here(
        [](Transaction& transaction) { return transaction.exec(count_pending).front()[0].as<std::uint64_t>(); });
    pending_.set(static_cast<std::int64_t>(count));
    on_pending_(count);
    auto const now = clock_.now();
    if (now < next_count_)
        return;
    next_count_ = now + fleet_interval;
    count_fleet();
}

/// A scan: 0.2 s for a million devices.
void EnrolmentWatch::count_fleet()
{
    using Counts = std::vector<std::pair<std::string, std::int64_t>>;
    auto const [fleet, announced] = writes_.run_here([](Transaction& transaction) {
        Counts counts;
        for (auto const& row : transaction.exec(count_contact))
            counts.emplace_back(row[0].c_str(), row[1].as<std::int64_t>());
        return std::pair{counts, transaction.exec(count_announced).front()[0].as<std::int64_t>()};
    });
    announced_.set(announced);
    std::pair<std::string_view, base::Gauge*> const gauges[] = {
        {"managed", &managed_}, {"dormant", &dormant_}, {"unmanaged", &unmanaged_}};
    for (auto const& [contact, gauge] : gauges) {
        std::int64_t found = 0;
        for (auto const& [name, number] : fleet)
            found += name == contact ? number : 0;
        gauge->set(found);
    }
}

}  // namespace storage
