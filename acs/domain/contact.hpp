#pragma once

#include "cwmp/message.hpp"
#include "domain/device.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace domain {

/// One Inform as it is committed. Its commit is what InformResponse waits for.
struct Contact {
    std::optional<DeviceKey> key;  ///< none: the device is new and is made
    cwmp::DeviceId identity;
    DeviceState state_if_new = DeviceState::pending;
    std::int64_t announcement = 0;  ///< of a new device that was expected: it gets what was said of it; 0: it was not
    base::TimePoint at;
    std::vector<cwmp::Event> events;
    std::uint32_t retry_count = 0;
    bool redelivered = false;  ///< the same events were committed before: marked, and nothing is triggered again
    std::string address;       ///< of the CPE as seen by us, numeric
    DeviceFacts facts;
    std::string software_before;  ///< the version that was known when it is another one now: an event; empty: it is not
    std::vector<cwmp::ParameterValue> values;  ///< all that the Inform carried
    /// Some value differs from what the look-up brought: the overlay and the promoted copies are written.
    bool values_changed = true;
    /// KnownDevice::recent and recent_version as the look-up brought them: what `values` are merged into. Without them
    /// (or when another Inform came in between) the overlay is read again first.
    std::vector<RecentValue> recent;
    std::int64_t recent_version = 0;
    DeviceActivity activity;
    std::int64_t login_mark = 0;  ///< of the Digest answer it came with (see login_mark_of); 0: it came with none
    bool rules_due = false;       ///< what rules make of it is not known: KnownDevice::rules_epoch becomes 0
};

/// What the commit gives back.
struct Admission {
    DeviceKey key;
    std::int64_t epoch = 0;  ///< carried by every later write of the session; another Inform makes it stale
    bool created = false;
};

}  // namespace domain
