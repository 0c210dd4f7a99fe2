#pragma once

#include "domain/event_log.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace domain {

/// The newest events of this node's look at the log, for all who follow it: one poll of the database serves them all.
/// Who is further behind than what is kept here reads the log itself, at its own pace. Safe from any thread.
class EventTail {
public:
    static constexpr std::size_t most_events = 10'000;
    static constexpr std::size_t most_bytes = 16 * 1024 * 1024;

    /// As long as one lives, somebody wants to know.
    class Follower {
    public:
        /// `who` is counted apart.
        explicit Follower(EventTail& tail, std::string who = {});
        ~Follower();
        Follower(Follower const&) = delete;
        Follower& operator=(Follower const&) = delete;

    private:
        EventTail& tail_;
        std::string who_;
    };

    [[nodiscard]] std::size_t followers() const;
    [[nodiscard]] std::size_t followers(std::string const& who) const;

    /// Where the log was read to; none before the first look, and after forget().
    [[nodiscard]] std::optional<EventPosition> reached() const;
    /// Takes what was read behind reached(). A page that does not begin there replaces all.
    void append(EventPosition from, EventPage page);

    /// Drops all, for nobody follows: the next look begins where the log ends then.
    void forget();

    /// What is kept behind `after`, at most `limit`; none when it may lack some: ask the log.
    [[nodiscard]] std::optional<EventPage> behind(EventPosition after, unsigned limit) const;

private:
    [[nodiscard]] static std::size_t bytes_of(EventRecord const& event) noexcept;

    mutable std::mutex mutex_;
    std::multiset<std::string> followers_;
    std::size_t bytes_ = 0;
    std::optional<EventPosition> from_;  ///< all behind it is here
    EventPosition reached_;
    std::deque<EventRecord> events_;
};

}  // namespace domain
