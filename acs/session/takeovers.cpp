#include "session/takeovers.hpp"

namespace session {

namespace {

constexpr std::chrono::hours span{1};

}  // namespace

bool Takeovers::note(domain::DeviceKey device, std::string_view before, std::string_view now_from, base::TimePoint now)
{
    if (before.empty() || now_from.empty() || before == now_from)
        return false;
    std::scoped_lock const lock{mutex_};
    if (devices_.size() >= most_devices && !devices_.contains(device.value()))
        forget_old(now);
    if (devices_.size() >= most_devices && !devices_.contains(device.value()))
        return false;
    auto& hour = devices_[device.value()];
    if (now - hour.start >= span)
        hour = {now, 0};
    if (++hour.count <= most_)
        return false;
    devices_.erase(device.value());
    return true;
}

void Takeovers::forget_old(base::TimePoint now)
{
    std::erase_if(devices_, [now](auto const& entry) { return now - entry.second.start >= span; });
}

}  // namespace session
