#pragma once

#include "base/clock.hpp"
#include "base/sealer.hpp"
#include "domain/device.hpp"
#include "storage/path_table.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace storage {

/// How much the overlay of one device holds (table device_recent).
inline constexpr std::size_t most_recent_values = 64;
inline constexpr std::size_t most_recent_bytes = 1800;  ///< values, and 8 bytes for each
/// Longest value that is promoted; an index row has to hold it.
inline constexpr std::size_t most_promoted_bytes = 1024;

/// Seconds since 1970, as trees and overlays keep times.
[[nodiscard]] std::int32_t to_seconds(base::TimePoint time);
[[nodiscard]] base::TimePoint from_seconds(std::int32_t seconds);

/// Whose a secret value is (the sealer's place).
[[nodiscard]] std::string value_place(domain::DeviceKey device, std::string_view path);

/// One value of an overlay; the text as it is stored.
struct OverlayEntry {
    PathRef path;
    std::string value;
    base::TimePoint changed;
};

/// The columns of device_recent as array literals.
struct OverlayText {
    std::string path_ids, values, changed;
};

/// An overlay after an Inform.
struct OverlayChange {
    std::vector<OverlayEntry> entries;  ///< ascending by path id; with `fits` what is to be written
    std::vector<std::size_t> changed;   ///< entries that are new or have another value
    bool fits = true;                   ///< within the limits: otherwise all goes to the tree
};

/// Puts the values that an Inform told over what is known; what did not change keeps its time. Of a path told twice the
/// last counts. Secrets do not take part: they go to the tree.
[[nodiscard]] OverlayChange merge_overlay(std::vector<OverlayEntry> recent, std::vector<OverlayEntry> told);

[[nodiscard]] OverlayText overlay_text(std::vector<OverlayEntry> const& entries);

}  // namespace storage
