#pragma once

#include "base/counters.hpp"
#include "domain/event_selection.hpp"
#include "domain/event_tail.hpp"
#include "domain/webhook.hpp"
#include "net/stream.hpp"
#include "webhooks/attempts.hpp"
#include "webhooks/sender.hpp"

#include <chrono>
#include <deque>
#include <optional>
#include <string>

namespace webhooks {

/// What lanes work with. All must outlive them.
struct LaneServices {
    domain::EventLog& log;
    domain::EventTail& tail;
    domain::Inventory& inventory;
    domain::WebhookQueue& queue;
    base::Clock const& clock;
    base::Counter& delivered;  ///< events
    base::Counter& failed;     ///< requests
    base::Counter& buried;     ///< events
};

struct LaneSettings {
    SenderSettings sender;
    RetryPolicy retry;
    std::chrono::milliseconds poll{250};      ///< between two looks when nothing is new
    std::chrono::milliseconds outage{2'000};  ///< between two tries while the database is away
    std::chrono::seconds note_place{10};      ///< a place with nothing to deliver before it is written this often
    unsigned page = 500;                      ///< events read at once
};

/// One lane of one webhook: its events one after the other, each again until the receiver takes it or it is given up.
/// On one thread; lives until run() has ended.
class Lane {
public:
    Lane(LaneServices services, LaneSettings settings, domain::Webhook webhook, domain::EventSelection selection,
         unsigned number, domain::EventPosition place);

    /// Until stop(), or until the lease is lost.
    base::Awaitable<void> run();
    void stop() noexcept;

    [[nodiscard]] bool has_ended() const noexcept { return has_ended_; }
    [[nodiscard]] unsigned number() const noexcept { return number_; }
    /// Up to where everything has been dealt with, and that is written down.
    [[nodiscard]] domain::EventPosition place() const noexcept { return noted_; }

    /// How it goes: for the webhook's progress.
    [[nodiscard]] domain::WebhookProgress const& progress() const noexcept { return progress_; }

    // The steps of run(), for tests.

    /// Reads what is behind the place, if nothing of it waits. False: there is nothing to do now.
    base::Awaitable<bool> fill();
    /// One request with what waits, and what follows from its answer. False: the lease is lost.
    base::Awaitable<bool> attempt();
    /// Before the next request.
    [[nodiscard]] std::chrono::milliseconds pause() const { return attempts_.pause(chance()); }

private:
    using Moment = std::chrono::steady_clock::time_point;

    base::Awaitable<domain::EventPage> read();
    base::Awaitable<bool> note();
    base::Awaitable<bool> fail(domain::WebhookAnswer answer, std::size_t events);
    base::Awaitable<bool> bury();
    base::Awaitable<bool> step();
    base::Awaitable<void> wait(std::chrono::milliseconds time);
    [[nodiscard]] domain::EventPosition reached_after(std::size_t events) const;
    [[nodiscard]] double chance() const;

    LaneServices services_;
    LaneSettings settings_;
    domain::Webhook webhook_;
    domain::EventSelection selection_;
    unsigned number_;
    Channel channel_;
    Attempts attempts_;
    std::deque<domain::EventRecord> waiting_;       ///< selected, in order, at most a page
    domain::EventPosition read_;                    ///< everything up to here was delivered, or waits
    domain::EventPosition noted_;                   ///< where the lane is, as it is written down
    std::optional<domain::EventPosition> unnoted_;  ///< where it is, when that is still to be written down
    Moment noted_at_;
    domain::WebhookProgress progress_;
    bool is_stopped_ = false;
    bool has_ended_ = false;
    std::optional<net::Timer> timer_;
};

}  // namespace webhooks
