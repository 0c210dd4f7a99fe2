#pragma once

#include "api/settings.hpp"
#include "domain/event_selection.hpp"
#include "domain/event_tail.hpp"
#include "net/http.hpp"
#include "net/stream.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace api {

/// One event of a stream in the form of HTML's "Server-sent events": its place, its kind, its JSON.
[[nodiscard]] std::string framed(domain::EventRecord const& event);
/// What a quiet stream says: a comment, and how far it has read, so that nothing is read twice after a break.
[[nodiscard]] std::string quiet_frame(domain::EventPosition reached);

/// Where events come from.
struct EventSources {
    domain::EventLog& log;
    domain::EventTail& tail;
    domain::Inventory& inventory;
};

/// Events as they come, to one client. It asks for the next ones when the client has taken those before, so nothing
/// gathers for a slow one: it falls behind what this node keeps in memory and reads the log itself.
class EventStream final : public net::PushStream {
public:
    /// Begins behind `after`; none: with what comes from now on. It is counted as one of `reader`.
    EventStream(EventSources sources, std::string reader, domain::EventSelection selection,
                std::optional<domain::EventPosition> after, EventStreamSettings settings);

    base::Awaitable<std::optional<std::string>> next() override;
    void cancel() noexcept override;

private:
    using Moment = std::chrono::steady_clock::time_point;

    /// The frames of what is new: empty when it concerns nobody here, none when the database is away.
    base::Awaitable<std::optional<std::string>> read();
    base::Awaitable<domain::EventPage> page();
    base::Awaitable<void> wait(std::chrono::milliseconds time);

    EventSources sources_;
    domain::EventSelection selection_;
    std::optional<domain::EventPosition> place_;
    EventStreamSettings settings_;
    domain::EventTail::Follower follower_;
    Moment ends_;
    bool has_more_ = false;  ///< the last page was full
    bool is_cancelled_ = false;
    std::optional<net::Timer> timer_;
};

}  // namespace api
