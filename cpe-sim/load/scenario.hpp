#pragma once

#include "agent/quirks.hpp"
#include "base/result.hpp"
#include "net/tls.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// The most devices of one scenario.
inline constexpr std::size_t max_scenario_devices = 5'000'000;

/// Shares of sessions that go wrong on purpose. What happens to which session follows from the seed.
struct FaultShares {
    double drop = 0;    ///< the connection ends after the InformResponse
    double reset = 0;   ///< the connection is reset while the InformResponse is due
    double silent = 0;  ///< nothing is said after the InformResponse; the connection stays
    double slow = 0;    ///< the Inform comes in small pieces, its answer is read late
    double wrong = 0;   ///< something that is no CWMP is sent instead of the Inform

    [[nodiscard]] double sum() const noexcept { return drop + reset + silent + slow + wrong; }
};

/// A group of like devices.
struct FleetGroup {
    std::string name;
    std::vector<std::string> personas{"fibre-gateway"};  ///< dealt out in turn
    std::uint32_t count = 1'000;
    bool is_whole = false;                   ///< every device has its whole tree from the start
    std::uint32_t regions = 1;               ///< device n stands in region n % regions
    double nat = 0;                          ///< share of devices that no connection request reaches
    std::string oui;                         ///< empty: the persona's
    std::string serial_prefix;               ///< empty: the persona's
    std::uint32_t serial_digits = 0;         ///< 0: seed and number of the device; else its number with so many digits
    std::uint32_t first_serial = 1;          ///< number of the first device, with serial_digits
    std::uint32_t inform_interval = 86'400;  ///< seconds; what whole devices keep to until the ACS sets another
    std::chrono::milliseconds boot_time{2'000};
    std::vector<std::string> quirks;  ///< of whole devices
    FaultShares faults;               ///< of sessions of other devices
    std::uint32_t first = 0;          ///< number of its first device in the scenario; set by the reader
};

/// What makes the devices of a phase inform.
enum class PhaseKind : std::uint8_t { periodic, boot, first_contact, value_change };

/// "periodic", "storm", ...
[[nodiscard]] std::string_view to_text(PhaseKind kind) noexcept;

/// When they do it.
enum class Pacing : std::uint8_t {
    over,       ///< each chosen device once, at a random time within `over`
    rate,       ///< so many a second, after a ramp, one device after the other
    interval,   ///< each device again and again
    in_flight,  ///< closed loop: so many sessions at once, always
};

struct Phase {
    PhaseKind kind = PhaseKind::periodic;
    Pacing pacing = Pacing::rate;
    std::size_t group = 0;               ///< index in Scenario::groups
    std::chrono::milliseconds start{0};  ///< after the beginning
    std::chrono::milliseconds duration{0};
    double share = 1;                     ///< of the group's (or region's) devices
    std::optional<std::uint32_t> region;  ///< only this one
    std::chrono::milliseconds over{0};
    double rate = 0;  ///< sessions a second
    std::chrono::milliseconds ramp{0};
    std::chrono::milliseconds interval{0};
    double jitter = 0;            ///< of the interval: a share by which each contact is early or late
    std::uint32_t in_flight = 0;  ///< sessions
    std::uint64_t sessions = 0;   ///< closed loop: end after so many; 0: after `duration`

    /// When nothing of it begins any more.
    [[nodiscard]] std::chrono::milliseconds end() const noexcept
    {
        return start + (pacing == Pacing::over ? over : duration);
    }
};

enum class LoginKind : std::uint8_t { none, basic, digest };

/// A whole load test, as config/load/*.toml describe it.
struct Scenario {
    std::string acs_url;
    LoginKind login = LoginKind::none;
    std::string username = "{oui}-{serial}";    ///< {oui}, {product}, {serial} are replaced
    std::string password = "cpe";               ///< the same
    std::chrono::milliseconds timeout{60'000};  ///< for a connection and for each answer
    bool keep_alive = true;

    net::TlsClientSettings tls;  ///< how it meets the ACS over TLS

    std::uint64_t seed = 1;
    std::uint32_t max_connections = 8'000;
    std::uint32_t source_addresses = 32;      ///< 127.0.1.1 and up, when the ACS is on this machine; 0: the system's
    std::chrono::milliseconds drain{30'000};  ///< after the last phase, for running sessions, retries and files
    std::chrono::milliseconds duration{0};    ///< stop after so long whatever is left; 0: when all is done
    bool retry = true;
    std::uint32_t retry_minimum_wait = 5;    ///< seconds; CWMPRetryMinimumWaitInterval of devices without a tree
    std::uint32_t retry_multiplier = 2'000;  ///< thousandths; CWMPRetryIntervalMultiplier of the same

    bool connection_requests = true;
    std::string connection_request_address = "127.0.0.1";
    std::uint16_t connection_request_port = 0;
    LoginKind connection_request_login = LoginKind::none;

    std::vector<FleetGroup> groups;
    std::vector<Phase> phases;

    [[nodiscard]] std::size_t devices() const noexcept;
    /// The group of a device.
    [[nodiscard]] FleetGroup const& group_of(std::uint32_t device) const noexcept;
};

/// Reads a scenario from TOML text. `file` is for messages. Fails telling everything that is wrong with key and line.
[[nodiscard]] base::Result<Scenario> parse_scenario(std::string_view text, std::string const& file);

/// The same from a file.
[[nodiscard]] base::Result<Scenario> load_scenario(std::string const& file);

/// Checks what options may have changed: the URL, most of all.
[[nodiscard]] base::Result<void> check(Scenario const& scenario);

}  // namespace sim
