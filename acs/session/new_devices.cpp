#include "session/new_devices.hpp"

#include <chrono>

namespace session {

bool NewDevices::Minute::take(std::uint32_t most, base::TimePoint now)
{
    if (now - start >= std::chrono::minutes{1} || now < start)
        *this = {now, 0};
    if (count >= most)
        return false;
    ++count;
    return true;
}

bool NewDevices::admit(bool pending, base::TimePoint now)
{
    std::scoped_lock const lock{mutex_};
    if (!pending)
        return active_.take(limits_.per_minute, now);
    if (pending_ >= limits_.pending || !made_pending_.take(limits_.pending_per_minute, now))
        return false;
    ++pending_;
    return true;
}

void NewDevices::set_pending(std::uint64_t count) noexcept
{
    std::scoped_lock const lock{mutex_};
    pending_ = count;
}

}  // namespace session
