#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "cwmp/event.hpp"
#include "domain/event_kind.hpp"
#include "domain/ids.hpp"

#include <algorithm>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace domain {

/// A place in the order in which events are read: the transaction that wrote them, then their number. Nothing appears
/// later in front of a place that was read.
struct EventPosition {
    std::uint64_t tx = 0;
    std::int64_t id = 0;  ///< of an event; negative: a place before every event of `tx`, made at that time
    friend std::weak_ordering operator<=>(EventPosition const& a, EventPosition const& b) noexcept
    {
        if (a.tx != b.tx)
            return a.tx <=> b.tx;
        return std::max<std::int64_t>(a.id, -1) <=> std::max<std::int64_t>(b.id, -1);
    }
    friend bool operator==(EventPosition const& a, EventPosition const& b) noexcept { return (a <=> b) == 0; }
};

/// "815.7274508160000": a cursor.
[[nodiscard]] std::string to_text(EventPosition position);
[[nodiscard]] std::optional<EventPosition> event_position(std::string_view text) noexcept;
/// About when it was made: numbers of events hold the milliseconds since 1970. The epoch when it does not tell.
[[nodiscard]] base::TimePoint time_of(EventPosition position) noexcept;
/// The place before every event of a transaction.
[[nodiscard]] EventPosition position_before(std::uint64_t tx, base::TimePoint now) noexcept;

/// Something that happened, see docs/events.md.
struct EventRecord {
    EventPosition position;
    base::TimePoint at{};
    DeviceKey device{0};      ///< zero: of no device
    std::string device_name;  ///< its id outside; empty: of no device, or it is gone
    std::string kind;
    std::vector<cwmp::Event> events;  ///< of an Inform
    std::uint32_t retry_count = 0;    ///< of an Inform
    bool redelivered = false;         ///< of an Inform
    std::string address;              ///< of an Inform
    std::string detail;               ///< of other kinds: JSON object; empty: nothing
};

/// Which events are asked for.
struct EventQuery {
    KindFilter kinds;
    std::optional<DeviceKey> device;
    std::optional<base::TimePoint> since, until;
    std::optional<EventPosition> after;  ///< where the page before ended
    bool newest_first = true;
    unsigned limit = 100;
};

/// Events in their order, and how far they were read: further than the last one when nothing is behind it.
struct EventPage {
    std::vector<EventRecord> events;
    EventPosition reached;
};

/// What happened, for readers. Throws base::Unavailable.
class EventLog {
public:
    virtual ~EventLog() = default;

    /// A page for people. Fails with a sentence when it would take too long.
    virtual base::Awaitable<base::Result<std::vector<EventRecord>>> list(EventQuery query) = 0;
    /// All that is behind `after` and will not be joined by anything before it, at most `limit`.
    virtual base::Awaitable<EventPage> read_on(EventPosition after, unsigned limit) = 0;
    /// The place behind all that can be read now.
    virtual base::Awaitable<EventPosition> newest() = 0;
};

}  // namespace domain
