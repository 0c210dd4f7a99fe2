#pragma once

#include "base/counters.hpp"
#include "domain/condition.hpp"
#include "webhooks/lane.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace webhooks {

struct DelivererSettings {
    LaneSettings lane;
    std::chrono::milliseconds step{2'000};  ///< between two renewals of the leases, and looks at what was changed
    std::chrono::seconds lease{10};         ///< after so long without a renewal another node takes over
    std::chrono::seconds look_back{60};     ///< between two looks whether events are gone before they were delivered
};

/// What deliveries need of the rest of the server. All must outlive the deliverer.
struct DelivererServices {
    domain::EventLog& log;
    domain::EventTail& tail;
    domain::Inventory& inventory;
    domain::WebhookQueue& queue;
    domain::ConditionGuard& guard;
    base::Clock const& clock;
    base::Metrics& metrics;
};

/// Delivers the webhooks that this node holds the lease of. Every node runs one; a webhook has one node at a time.
class Deliverer {
public:
    Deliverer(DelivererServices services, DelivererSettings settings);

    /// Until its io_context ends: one step each DelivererSettings::step.
    base::Awaitable<void> run();
    /// Renews the leases, starts and ends lanes.
    base::Awaitable<void> step();
    /// Ends all lanes, gives the leases back, so that another node goes on at once, and calls `left`. On the thread of
    /// run().
    base::Awaitable<void> leave(std::function<void()> left);

private:
    /// A webhook with its lanes.
    struct Work {
        std::string name;
        std::int64_t revision = 0;
        std::vector<std::shared_ptr<Lane>> lanes;
        base::Gauge* lag = nullptr;
        bool has_missed = false;
    };

    void adopt(domain::WebhookLease lease, base::Executor executor);
    void start(Work& work, domain::WebhookLease lease, base::Executor executor);
    static void stop(Work& work);
    [[nodiscard]] std::vector<domain::WebhookNote> notes() const;
    void measure(Work const& work);
    base::Awaitable<std::optional<base::TimePoint>> oldest_kept(bool one_begins);
    void look_back(base::TimePoint kept_since);
    void drop_all_but(std::set<domain::WebhookId> const& ours);
    [[nodiscard]] std::optional<domain::EventSelection> selection_of(domain::Webhook const& webhook);

    DelivererServices services_;
    DelivererSettings settings_;
    LaneServices lane_services_;
    base::Counter& missed_;
    std::map<domain::WebhookId, Work> work_;
    std::map<domain::WebhookId, domain::WebhookProgress> found_;  ///< to be noted beside what lanes say
    std::unique_ptr<domain::EventTail::Follower> follower_;       ///< while there is a webhook
    std::chrono::steady_clock::time_point next_look_{};
    bool is_leaving_ = false;
};

}  // namespace webhooks
