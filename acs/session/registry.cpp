#include "session/registry.hpp"

#include <utility>

namespace session {

bool Registry::reserve()
{
    std::scoped_lock const lock{mutex_};
    if (taken_ >= most_)
        return false;
    ++taken_;
    return true;
}

void Registry::give_back()
{
    std::scoped_lock const lock{mutex_};
    --taken_;
}

std::shared_ptr<LiveSession> Registry::enter(std::shared_ptr<LiveSession> live)
{
    std::scoped_lock const lock{mutex_};
    by_cookie_[live->cookie] = live;
    if (live->session.device().value() == 0)
        return nullptr;  // it is nobody's for sure
    auto& place = by_device_[live->session.device().value()];
    return std::exchange(place, std::move(live));
}

std::shared_ptr<LiveSession> Registry::find(std::string_view cookie) const
{
    std::scoped_lock const lock{mutex_};
    auto const found = by_cookie_.find(std::string{cookie});
    return found == by_cookie_.end() ? nullptr : found->second;
}

std::shared_ptr<LiveSession> Registry::of_device(domain::DeviceKey device) const
{
    std::scoped_lock const lock{mutex_};
    auto const found = by_device_.find(device.value());
    return found == by_device_.end() ? nullptr : found->second;
}

void Registry::leave(LiveSession const& live, bool ended_well)
{
    std::scoped_lock const lock{mutex_};
    auto const device = by_device_.find(live.session.device().value());
    if (device != by_device_.end() && device->second.get() == &live)
        by_device_.erase(device);
    auto const now = std::chrono::steady_clock::now();
    forget_old(now);
    if (ended_well && ended_.emplace(live.cookie, now).second)
        ended_order_.emplace_back(now, live.cookie);
    if (by_cookie_.erase(live.cookie) > 0)
        --taken_;
}

bool Registry::ended_lately(std::string_view cookie)
{
    std::scoped_lock const lock{mutex_};
    forget_old(std::chrono::steady_clock::now());
    return ended_.contains(std::string{cookie});
}

void Registry::forget_old(Moment now)
{
    while (!ended_order_.empty() && now - ended_order_.front().first > after_end_) {
        ended_.erase(ended_order_.front().second);
        ended_order_.pop_front();
    }
}

std::vector<std::shared_ptr<LiveSession>> Registry::of_thread(std::size_t thread) const
{
    std::scoped_lock const lock{mutex_};
    std::vector<std::shared_ptr<LiveSession>> sessions;
    for (auto const& [cookie, live] : by_cookie_)
        if (live->thread == thread)
            sessions.push_back(live);
    return sessions;
}

std::size_t Registry::size() const
{
    std::scoped_lock const lock{mutex_};
    return by_cookie_.size();
}

}  // namespace session
