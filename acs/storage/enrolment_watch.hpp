#pragma once

#include "base/clock.hpp"
#include "base/counters.hpp"
#include "storage/database.hpp"

#include <cstdint>
#include <functional>

namespace storage {

/// Looks now and then at how many devices there are in which condition, for metrics and for the bound on pending ones;
/// pending devices that were announced in the meantime become active. Called every few seconds on one thread.
class EnrolmentWatch {
public:
    static constexpr std::chrono::seconds fleet_interval{60};  ///< between two counts of the whole fleet

    /// `on_pending` hears how many devices are pending. The references must outlive this.
    EnrolmentWatch(Database& writes, base::Clock const& clock, base::Metrics& metrics,
                   std::function<void(std::uint64_t)> on_pending);

    /// After how many silent intervals a device is dormant, for all nodes; never before a day has passed.
    void keep_dormant_after(std::uint32_t intervals);

    /// One look, on the calling thread. Throws base::Unavailable.
    void look();

private:
    void count_fleet();

    Database& writes_;
    base::Clock const& clock_;
    std::function<void(std::uint64_t)> on_pending_;
    base::Gauge& pending_;
    base::Gauge& announced_;
    base::Gauge& managed_;
    base::Gauge& dormant_;
    base::Gauge& unmanaged_;
    base::TimePoint next_count_{};
};

}  // namespace storage
