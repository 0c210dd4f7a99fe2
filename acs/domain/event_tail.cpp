#include "domain/event_tail.hpp"

#include <algorithm>
#include <utility>

namespace domain {

EventTail::Follower::Follower(EventTail& tail, std::string who) : tail_{tail}, who_{std::move(who)}
{
    std::lock_guard const lock{tail_.mutex_};
    tail_.followers_.insert(who_);
}

EventTail::Follower::~Follower()
{
    std::lock_guard const lock{tail_.mutex_};
    tail_.followers_.erase(tail_.followers_.find(who_));
}

std::size_t EventTail::followers() const
{
    std::lock_guard const lock{mutex_};
    return followers_.size();
}

std::size_t EventTail::followers(std::string const& who) const
{
    std::lock_guard const lock{mutex_};
    return followers_.count(who);
}

std::optional<EventPosition> EventTail::reached() const
{
    std::lock_guard const lock{mutex_};
    return from_ ? std::optional{reached_} : std::nullopt;
}

void EventTail::forget()
{
    std::lock_guard const lock{mutex_};
    events_.clear();
    bytes_ = 0;
    from_.reset();
}

std::size_t EventTail::bytes_of(EventRecord const& event) noexcept
{
    std::size_t bytes = sizeof event + event.device_name.size() + event.kind.size() + event.detail.size();
    for (auto const& [code, key] : event.events)
        bytes += sizeof(cwmp::Event) + code.size() + key.size();
    return bytes;
}

void EventTail::append(EventPosition from, EventPage page)
{
    std::lock_guard const lock{mutex_};
    if (!from_ || from != reached_) {
        events_.clear();
        bytes_ = 0;
        from_ = from;
    }
    reached_ = page.reached;
    for (auto& event : page.events) {
        bytes_ += bytes_of(event);
        events_.push_back(std::move(event));
    }
    while (events_.size() > most_events || bytes_ > most_bytes) {
        bytes_ -= bytes_of(events_.front());
        from_ = events_.front().position;
        events_.pop_front();
    }
}

std::optional<EventPage> EventTail::behind(EventPosition after, unsigned limit) const
{
    std::lock_guard const lock{mutex_};
    if (!from_ || after < *from_)
        return std::nullopt;
    EventPage page{{}, std::max(after, reached_)};
    auto const first = std::ranges::upper_bound(events_, after, {}, &EventRecord::position);
    auto const count = std::min<std::ptrdiff_t>(limit, events_.end() - first);
    page.events.assign(first, first + count);
    if (first + count != events_.end())
        page.reached = page.events.back().position;
    return page;
}

}  // namespace domain
