#pragma once

#include "base/clock.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <vector>

namespace cli {

/// What the server knows of one device, as far as one may read it; none: not asked, or not allowed.
struct DeviceFacts {
    boost::json::object device;
    std::optional<boost::json::object> reachability;
    std::optional<boost::json::object> explanation;  ///< what rules want of it
    std::vector<boost::json::object> open_tasks;
    std::vector<boost::json::object> failed_tasks;  ///< the newest last
    std::vector<std::string> withheld;              ///< names of the parts that one may not read
};

/// What is wrong with the device, one sentence each, the weightiest first; empty when nothing is known to be.
[[nodiscard]] std::vector<std::string> troubles_of(DeviceFacts const& facts, base::TimePoint now);

/// One screen about a device, for whoever talks to the subscriber: what is wrong first, then who it is, when it was
/// heard from, how it can be reached and why not, its open tasks, its last faults, what rules set. Foreign text is
/// harmless.
[[nodiscard]] std::string device_page(DeviceFacts const& facts, base::TimePoint now, std::size_t width);

/// "2 min ago", "in 3 h", "now": how far a time of the API is from `now`; the text itself when it is no time.
[[nodiscard]] std::string how_long_ago(std::string const& time, base::TimePoint now);

}  // namespace cli
