#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/event_log.hpp"
#include "domain/ids.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace domain {

using WebhookId = base::StrongId<struct WebhookIdTag>;
using DeadLetterId = base::StrongId<struct DeadLetterIdTag>;

/// Events of one device go to a webhook one after the other. Its lanes are independent: one that is stuck holds up the
/// devices that share it, an eighth of the fleet.
inline constexpr unsigned webhook_lanes = 8;
/// The lane of a device; events of no device have the first.
[[nodiscard]] constexpr unsigned lane_of(DeviceKey device) noexcept
{
    return static_cast<unsigned>(static_cast<std::uint64_t>(device.value()) % webhook_lanes);
}

inline constexpr std::size_t most_webhooks = 50;
inline constexpr std::size_t most_dead_letters = 10'000;  ///< of one webhook; the oldest beyond them go
inline constexpr std::uint32_t most_events_at_once = 500;

/// Where events are sent to, over HTTP.
struct Webhook {
    WebhookId id;
    std::string name;                ///< letters, digits, '-', '_', '.'; it does not change
    std::string url;                 ///< http or https
    std::vector<std::string> kinds;  ///< of events, see KindFilter; empty: all
    std::string where;               ///< condition over devices; empty: of all, and of none
    std::uint32_t batch = 100;       ///< events in one request, at most
    bool is_paused = false;
    std::string secret;         ///< that requests are signed with; empty where it must not be seen
    std::int64_t revision = 0;  ///< changes with what is above
    base::TimePoint made_at{};
    std::string made_by;
};

/// How deliveries go, as far as it was noted.
struct WebhookProgress {
    std::optional<base::TimePoint> delivered_at;   ///< when the receiver last took something
    std::optional<base::TimePoint> waiting_since;  ///< when the oldest event happened that waits; none: nothing does
    std::string problem;                           ///< what the receiver, or we, had against the last attempt
    std::optional<base::TimePoint> missed_before;  ///< events before then were no longer kept when it came to them
};

struct WebhookStatus {
    Webhook webhook;  ///< without its secret
    WebhookProgress progress;
    std::uint64_t dead_letters = 0;
};

/// What is to be another; what is left out stays.
struct WebhookChange {
    std::optional<std::string> url, where, secret;
    std::optional<std::vector<std::string>> kinds;
    std::optional<std::uint32_t> batch;
    std::optional<bool> is_paused;
};

/// An event that a webhook gave up.
struct DeadLetter {
    DeadLetterId id;
    EventRecord event;
    std::uint32_t attempts = 0;
    std::string problem;  ///< of the last one
    base::TimePoint died_at{};
};

/// Webhooks, for people. Throws base::Unavailable.
class WebhookStore {
public:
    virtual ~WebhookStore() = default;

    /// It hears of what comes from now on. Fails when there is one of that name, or too many.
    virtual base::Awaitable<base::Result<WebhookStatus>> add(Webhook webhook) = 0;
    /// By name; at most most_webhooks.
    virtual base::Awaitable<std::vector<WebhookStatus>> list() = 0;
    virtual base::Awaitable<std::optional<WebhookStatus>> find(std::string name) = 0;
    /// The same with its secret, for sending.
    virtual base::Awaitable<std::optional<Webhook>> open(std::string name) = 0;
    /// What it is afterwards; none when it is gone.
    virtual base::Awaitable<std::optional<WebhookStatus>> change(std::string name, WebhookChange change) = 0;
    /// With its dead letters. False: there was none.
    virtual base::Awaitable<bool> remove(std::string name) = 0;

    /// The oldest first, behind `after`.
    virtual base::Awaitable<std::vector<DeadLetter>> dead_letters(WebhookId webhook, DeadLetterId after,
                                                                  unsigned limit) = 0;
    virtual base::Awaitable<void> forget_dead_letter(WebhookId webhook, DeadLetterId letter) = 0;
};

/// A webhook that this node delivers, and how far each lane has come.
struct WebhookLease {
    Webhook webhook;
    std::array<EventPosition, webhook_lanes> lanes{};
};

/// What of a webhook's progress is to be noted.
struct WebhookNote {
    WebhookId webhook;
    WebhookProgress progress;
};

/// Webhooks, for their delivery. A webhook is delivered by the node that holds its lease, of all at most one; each
/// write is refused without it. Throws base::Unavailable.
class WebhookQueue {
public:
    virtual ~WebhookQueue() = default;

    /// Renews this node's leases for `time`, takes those that nobody holds, notes how deliveries go. All that are its
    /// own now, paused ones not among them.
    virtual base::Awaitable<std::vector<WebhookLease>> lease(std::chrono::seconds time,
                                                             std::vector<WebhookNote> notes) = 0;
    /// Gives this node's leases back.
    virtual base::Awaitable<void> release() = 0;
    /// Everything of the lane from one place up to another has been dealt with. Durable on return. False: the lease is
    /// lost, or was and somebody else moved the lane meanwhile.
    virtual base::Awaitable<bool> advance(WebhookId webhook, unsigned lane, EventPosition from, EventPosition to) = 0;
    /// The same up to an event that is a dead letter.
    virtual base::Awaitable<bool> bury(WebhookId webhook, unsigned lane, EventPosition from, DeadLetter letter) = 0;
    /// Before this time events are no longer kept.
    virtual base::Awaitable<base::TimePoint> kept_since() = 0;
};

/// What came of one request to a webhook's receiver.
struct WebhookAnswer {
    bool is_taken = false;    ///< 2xx
    bool is_refusal = false;  ///< 4xx that says that this content is not wanted, now or later
    unsigned status = 0;      ///< 0: there was no answer
    std::string problem;      ///< in plain words; empty when it was taken
    std::chrono::milliseconds time{0};
};

/// Sends single requests on somebody's behalf. Never throws for what the network does.
class WebhookSender {
public:
    virtual ~WebhookSender() = default;
    /// One request with these events; on a connection of its own.
    virtual base::Awaitable<WebhookAnswer> send(Webhook webhook, std::vector<EventRecord> events) = 0;
    /// Whether requests may go there at all: fails with the reason.
    [[nodiscard]] virtual base::Result<void> check(std::string_view url) const = 0;
};

}  // namespace domain
