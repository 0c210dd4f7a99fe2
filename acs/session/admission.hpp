#pragma once

#include "cwmp/envelope.hpp"
#include "cwmp/path.hpp"
#include "domain/contact.hpp"
#include "session/limits.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace session {

/// What an Inform comes to, before anything is written. Pure.
struct Greeting {
    domain::Contact contact;
    std::vector<cwmp::Root> roots;             ///< of the parameters it carried; both when it carried none
    std::optional<std::string> parameter_key;  ///< none: it did not tell
    bool bootstrap = false;
    bool boot = false;
    /// Why automation has to stop for this device now (it will not rest), or empty.
    std::string restless;
    /// It was stopped for not resting, and has rested.
    bool has_rested = false;
};

/// Judges an Inform whose identity is normalized. `known`: none for a device never heard of.
[[nodiscard]] Greeting judge(cwmp::DeviceId identity, cwmp::Inform const& inform,
                             std::optional<domain::KnownDevice> const& known, base::TimePoint now,
                             SessionLimits const& limits);

/// The data models of the parameters that an Inform carries; both when it carries none.
[[nodiscard]] std::vector<cwmp::Root> roots_of(cwmp::Inform const& inform);

/// How often the device came and booted in this hour, the present contact included.
[[nodiscard]] domain::DeviceActivity counted(domain::DeviceActivity before, bool boot, base::TimePoint now);

/// The greatest CWMP version that both sides know of those the CPE lists; none when there is no common one.
[[nodiscard]] std::optional<std::string> negotiated_version(std::vector<std::string> const& supported);

/// How long to wait for the CPE's next request, from the SessionTimeout of its Inform.
[[nodiscard]] std::chrono::seconds session_timeout(std::optional<std::uint32_t> told, SessionLimits const& limits);

}  // namespace session
