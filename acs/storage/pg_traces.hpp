#pragma once

#include "base/counters.hpp"
#include "domain/traces.hpp"
#include "storage/database.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

namespace storage {

/// The tables `trace` and `trace_order`. What is chosen is read by look(), which somebody calls every few seconds.
class PgTraces final : public domain::Traces, public domain::TraceOrders {
public:
    /// All must outlive this.
    PgTraces(Database& writes, base::Clock const& clock, base::Metrics& metrics);

    [[nodiscard]] bool wants(domain::DeviceKey device) const noexcept override;

    base::Awaitable<std::optional<std::string>> find(domain::DeviceKey device, domain::SessionId session) override;
    base::Awaitable<bool> order(domain::TraceOrder order) override;
    base::Awaitable<std::optional<domain::TraceOrder>> cancel(domain::DeviceKey device) override;
    base::Awaitable<std::optional<domain::TraceOrder>> find_order(domain::DeviceKey device) override;

    /// Stores traces, on the calling thread. Those of chosen devices whose sessions were traced already are not stored,
    /// unless they failed. Throws base::Unavailable; they are lost then, and counted.
    void write(std::vector<domain::StoredTrace> const& traces);
    /// Reads which devices are chosen, on the calling thread. Throws base::Unavailable.
    void look();

private:
    using Keys = std::unordered_set<domain::DeviceKey>;

    Database& writes_;
    base::Clock const& clock_;
    base::Counter& lost_;
    std::atomic<bool> has_orders_{false};  ///< what most sessions ask, and nothing else
    mutable std::mutex mutex_;
    Keys chosen_;
};

}  // namespace storage
