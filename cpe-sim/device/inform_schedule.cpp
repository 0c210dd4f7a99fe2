#include "device/inform_schedule.hpp"

#include <algorithm>
#include <cmath>

namespace sim {

RetryBounds retry_bounds(unsigned attempt, std::uint32_t minimum_wait, std::uint32_t multiplier)
{
    auto const n = std::clamp(attempt, 1U, 10U);
    auto const factor = multiplier / 1000.0;
    auto const least = minimum_wait * std::pow(factor, n - 1);
    return {std::chrono::duration<double>{least}, std::chrono::duration<double>{least * factor}};
}

std::chrono::microseconds draw_wait(RetryBounds bounds, Dice& dice)
{
    auto const wait = bounds.least + (bounds.most - bounds.least) * dice.share();
    return std::chrono::duration_cast<std::chrono::microseconds>(wait);
}

base::TimePoint next_in_phase(base::TimePoint now, base::TimePoint phase, std::chrono::seconds interval)
{
    auto const step = std::chrono::duration_cast<base::TimePoint::duration>(interval);
    auto past = (now - phase) % step;
    if (past < past.zero())
        past += step;
    return now + (step - past);
}

void InformSchedule::configure(PeriodicSettings settings, base::TimePoint now, Dice& dice)
{
    settings.interval = std::max(settings.interval, std::chrono::seconds{1});
    if (settings == settings_ && periodic_)
        return;
    settings_ = settings;
    periodic_.reset();
    if (!settings.enabled)
        return;
    auto const step = std::chrono::duration_cast<base::TimePoint::duration>(settings.interval);
    auto const random = std::chrono::duration_cast<base::TimePoint::duration>(step * dice.share());
    periodic_ = settings.phase ? next_in_phase(now, *settings.phase, settings.interval) : now + random;
}

bool InformSchedule::take_periodic(base::TimePoint now)
{
    if (!periodic_ || *periodic_ > now)
        return false;
    periodic_ = next_in_phase(now, *periodic_, settings_.interval);
    return true;
}

std::vector<std::string> InformSchedule::take_scheduled(base::TimePoint now)
{
    std::vector<std::string> keys;
    std::erase_if(scheduled_, [&](Scheduled const& inform) {
        if (inform.at > now)
            return false;
        keys.push_back(inform.command_key);
        return true;
    });
    return keys;
}

std::optional<base::TimePoint> InformSchedule::next() const
{
    auto first = periodic_;
    for (auto const& inform : scheduled_)
        if (!first || inform.at < *first)
            first = inform.at;
    return first;
}

}  // namespace sim
