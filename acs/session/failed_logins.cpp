#include "session/failed_logins.hpp"

#include <algorithm>

namespace session {

std::chrono::milliseconds FailedLogins::note(std::string_view address, std::string_view identity, base::TimePoint now)
{
    std::scoped_lock const lock{mutex_};
    auto const failures = std::max(add(addresses_, address, now), add(identities_, identity, now));
    if (failures <= limits_.free)
        return std::chrono::milliseconds{0};
    auto const doublings = std::min<std::uint32_t>(failures - limits_.free - 1, 20);
    return std::min(limits_.longest_delay, limits_.first_delay * (1U << doublings));
}

std::uint32_t FailedLogins::add(Counts& counts, std::string_view name, base::TimePoint now)
{
    auto const key = std::hash<std::string_view>{}(name);
    if (!counts.contains(key))
        make_room(counts, now);
    auto& count = counts[key];
    if (now - count.last >= limits_.span)
        count.failures = 0;
    count.last = now;
    return ++count.failures;
}

/// Those without a failure for long go first; when there are none, all do: an attacker who fills the table from many
/// addresses is slowed down by the identity he is after, or the other way round.
void FailedLogins::make_room(Counts& counts, base::TimePoint now)
{
    if (counts.size() < limits_.counted)
        return;
    std::erase_if(counts, [&](auto const& entry) { return now - entry.second.last >= limits_.span; });
    if (counts.size() >= limits_.counted)
        counts.clear();
}

void FailedLogins::forget(std::string_view identity)
{
    std::scoped_lock const lock{mutex_};
    identities_.erase(std::hash<std::string_view>{}(identity));
}

bool FailedLogins::begin_delay()
{
    std::scoped_lock const lock{mutex_};
    if (delayed_ >= limits_.delayed)
        return false;
    ++delayed_;
    return true;
}

void FailedLogins::end_delay()
{
    std::scoped_lock const lock{mutex_};
    --delayed_;
}

}  // namespace session
