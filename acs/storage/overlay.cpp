#include "storage/overlay.hpp"

#include "storage/array_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace storage {

std::int32_t to_seconds(base::TimePoint time)
{
    auto const seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(seconds, 0, std::numeric_limits<std::int32_t>::max()));
}

base::TimePoint from_seconds(std::int32_t seconds)
{
    return base::TimePoint{std::chrono::seconds{seconds}};
}

std::string value_place(domain::DeviceKey device, std::string_view path)
{
    return fmt::format("{} {}", device.value(), path);
}

OverlayChange merge_overlay(std::vector<OverlayEntry> recent, std::vector<OverlayEntry> told)
{
    auto const by_id = [](OverlayEntry const& entry) { return entry.path->id; };
    OverlayChange change;
    change.entries = std::move(recent);
    std::ranges::sort(change.entries, {}, by_id);
    std::vector<std::int32_t> different;
    for (auto& entry : told) {
        auto const place = std::ranges::lower_bound(change.entries, entry.path->id, {}, by_id);
        bool const is_known = place != change.entries.end() && place->path->id == entry.path->id;
        if (is_known && place->value == entry.value)
            continue;
        different.push_back(entry.path->id);
        if (is_known)
            *place = std::move(entry);
        else
            change.entries.insert(place, std::move(entry));
    }
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < change.entries.size(); ++i) {
        bytes += change.entries[i].value.size() + 8;
        if (std::ranges::find(different, change.entries[i].path->id) != different.end())
            change.changed.push_back(i);
    }
    change.fits = change.entries.size() <= most_recent_values && bytes <= most_recent_bytes;
    return change;
}

OverlayText overlay_text(std::vector<OverlayEntry> const& entries)
{
    ArrayText ids;
    ArrayText values;
    ArrayText changed;
    for (auto const& entry : entries) {
        ids.add(std::int64_t{entry.path->id});
        values.add(std::string_view{entry.value});
        changed.add(std::int64_t{to_seconds(entry.changed)});
    }
    return {ids.finish(), values.finish(), changed.finish()};
}

}  // namespace storage
