#include "session/boot_times.hpp"

#include "cwmp/path.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace session {

namespace {

constexpr std::array<std::string_view, 2> up_times{"Device.DeviceInfo.UpTime",
                                                   "InternetGatewayDevice.DeviceInfo.UpTime"};

bool is_up_time(std::string_view path)
{
    return std::ranges::find(up_times, path) != up_times.end();
}

/// Seconds; none for what is no number, or more than 30 years.
std::optional<std::chrono::seconds> seconds_in(std::string_view text)
{
    std::int64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool const is_number = error == std::errc{} && end == text.data() + text.size();
    if (!is_number || value < 0 || value > std::int64_t{30} * 366 * 86'400)
        return std::nullopt;
    return std::chrono::seconds{value};
}

}  // namespace

std::optional<BootTime> boot_time(cwmp::Inform const& inform, domain::KnownDevice const& known, base::TimePoint now)
{
    auto const before = std::ranges::find_if(known.recent, is_up_time, &domain::RecentValue::path);
    if (before == known.recent.end())
        return std::nullopt;
    auto const told = std::ranges::find_if(
        inform.parameter_list, [](auto const& parameter) { return is_up_time(cwmp::trim_path(parameter.name)); });
    if (told == inform.parameter_list.end())
        return std::nullopt;
    auto const old_seconds = seconds_in(before->value);
    auto const new_seconds = seconds_in(cwmp::trim_path(told->value));
    if (!old_seconds || !new_seconds || before->changed == base::TimePoint{})
        return std::nullopt;
    return BootTime{before->changed - *old_seconds, now - *new_seconds};
}

bool BootTimes::note(domain::DeviceKey device, BootTime const& boot, base::TimePoint now)
{
    if (boot.now >= boot.before - tolerance)
        return false;
    std::scoped_lock const lock{mutex_};
    bool const is_new = !devices_.contains(device.value());
    if (is_new && devices_.size() >= most_devices)
        std::erase_if(devices_, [now](auto const& entry) { return now - entry.second.start >= span; });
    if (is_new && devices_.size() >= most_devices)
        return false;
    auto& count = devices_[device.value()];
    if (now - count.start >= span)
        count = {now, 0};
    if (++count.count <= most_)
        return false;
    devices_.erase(device.value());
    return true;
}

}  // namespace session
