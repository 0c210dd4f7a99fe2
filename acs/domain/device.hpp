#pragma once

#include "base/clock.hpp"
#include "cwmp/device_id.hpp"
#include "cwmp/event.hpp"
#include "domain/ids.hpp"
#include "domain/login.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace domain {

/// Where a device stands between its first contact and its removal.
enum class DeviceState {
    pending,   ///< heard from, not let in yet: read-only, nothing is written to it
    active,    ///< in service
    conflict,  ///< several boxes claim this identity at once: answered, not provisioned
    retiring,  ///< leaving: last tasks run, then retired
    retired,   ///< its sessions are refused, its history is kept
    rejected,  ///< refused by a person
};

[[nodiscard]] std::string_view to_text(DeviceState state);
[[nodiscard]] std::optional<DeviceState> device_state(std::string_view text);

/// What a device tells of itself in every Inform, kept in one narrow row.
struct DeviceFacts {
    std::string software_version;
    std::string hardware_version;
    std::string provisioning_code;
    std::string parameter_key;           ///< of the last successful write it remembers (TR-069 A.3.2.1)
    std::string connection_request_url;  ///< attacker-chosen: checked before it is used
    friend bool operator==(DeviceFacts const&, DeviceFacts const&) = default;
};

/// How busy a device has been of late, for the limits on devices that will not rest.
/// Counts start anew when an hour has passed since `hour_start`.
struct DeviceActivity {
    base::TimePoint hour_start{};
    std::uint32_t sessions = 0;
    std::uint32_t boots = 0;
    std::uint32_t failed_in_row = 0;  ///< sessions that ended badly since the last good one
};

/// A value as an Inform carried it.
struct RecentValue {
    std::string path;
    std::string value;
    base::TimePoint changed;
};

/// What a look-up by identity brings: all that an Inform is judged by, in one batched read.
struct KnownDevice {
    DeviceKey key;
    DeviceState state = DeviceState::pending;
    std::int64_t session_epoch = 0;    ///< of the last accepted Inform; the next one makes it one greater
    std::int64_t boot_epoch = 0;       ///< session_epoch of its last Inform with a boot (cwmp::has_booted)
    std::int64_t bootstrap_epoch = 0;  ///< the same with 0 BOOTSTRAP
    DeviceFacts facts;
    base::TimePoint last_inform{};
    std::vector<cwmp::Event> last_events;  ///< of the last Inform: equal ones with RetryCount > 0 are a redelivery
    std::vector<RecentValue> recent;       ///< the overlay: what Informs told since the tree was last written
    std::int64_t recent_version = 0;       ///< of the overlay, for Contact
    DeviceActivity activity;
    std::int64_t rules_epoch = 0;   ///< that it satisfies; 0: its last Inform was not evaluated, -1: marked, -2: both
    base::TimePoint rules_until{};  ///< when they are evaluated again although nothing changed
    std::int64_t login_mark = 0;    ///< of its newest Digest answer (see login_mark_of); a later one is greater
    bool has_open_tasks = false;    ///< some task is due, or waits for something the device will say
    bool has_tree = false;          ///< its parameters were read at least in part
    std::string tree_software_version;    ///< the software that the tree was read from
    std::string automation_stopped;       ///< why automation leaves it alone; empty: it does not
    std::string dialect;                  ///< per-device overrides of the model's wire options (JSON), normally empty
    LoginState login = LoginState::none;  ///< what it is let in with
    base::TimePoint login_until{};        ///< of LoginState::allowed
    std::string address;                  ///< that its last accepted Inform came from
};

}  // namespace domain
