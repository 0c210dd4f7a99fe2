#include "wakeup/line.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace wakeup {

void Line::join(Place place)
{
    places_.at(static_cast<std::size_t>(place.lane)).push_back(std::move(place));
}

void Line::raise(domain::DeviceKey device, Lane lane)
{
    auto place = take(device, static_cast<std::size_t>(lane) + 1);
    if (!place)
        return;
    place->lane = lane;
    join(*std::move(place));
}

void Line::leave(domain::DeviceKey device)
{
    static_cast<void>(take(device, 0));
}

bool Line::empty() const noexcept
{
    return size() == 0;
}

std::size_t Line::size() const noexcept
{
    return places_[0].size() + places_[1].size() + places_[2].size();
}

std::optional<Line::Place> Line::next(Moment now, bool only_people)
{
    for (std::size_t at = 0; at < places_.size(); ++at) {
        auto const lane = static_cast<Lane>(at);
        if (!pace_.admits(lane, now) || (only_people && lane != Lane::person))
            continue;
        auto& places = places_.at(at);
        auto const found =
            std::ranges::find_if(places, [&](Place const& place) { return pace_.admits(place.network, now); });
        if (found == places.end())
            continue;
        auto place = std::move(*found);
        places.erase(found);
        pace_.take(place.lane, place.network, now);
        return place;
    }
    return std::nullopt;
}

std::optional<Line::Place> Line::take(domain::DeviceKey device, std::size_t first)
{
    for (auto& places : places_ | std::views::drop(first)) {
        auto const found = std::ranges::find(places, device, &Place::device);
        if (found == places.end())
            continue;
        auto place = std::move(*found);
        places.erase(found);
        return place;
    }
    return std::nullopt;
}

}  // namespace wakeup
