#pragma once

#include "agent/quirks.hpp"
#include "base/result.hpp"
#include "net/tls.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// The XMPP server at which devices take connection requests (TR-069 Annex K).
struct XmppSettings {
    std::string host;  ///< "127.0.0.1"; empty: the devices have no XMPP
    std::uint16_t port = 5222;
    std::string domain = "localhost";   ///< of their Jabber IDs
    std::string username = "{serial}";  ///< {oui}, {product} and {serial} are replaced; lower case in Jabber IDs
    std::string password = "cpe";       ///< the same are replaced
    std::string ca_file;                ///< PEM file of the authorities that are believed; empty: the system's
    bool without_tls = false;
};

/// What `cpe-sim run` is to simulate. The defaults are the defaults of the command line and of the configuration file.
struct FleetSettings {
    std::vector<std::string> personas{"fibre-gateway"};  ///< dealt out in turn
    std::size_t count = 1;
    std::string acs_url;
    std::string username;                        ///< {oui}, {product} and {serial} are replaced; empty: {oui}-{serial}
    std::string password = "cpe";                ///< {oui}, {product} and {serial} are replaced
    std::string serial_prefix;                   ///< empty: the persona's
    std::string oui;                             ///< empty: the persona's
    std::uint32_t inform_interval = 300;         ///< seconds, until the ACS sets another
    std::chrono::milliseconds boot_time{2'000};  ///< how long a restart takes
    std::chrono::milliseconds ramp{0};           ///< over which the devices are switched on
    std::optional<std::chrono::milliseconds> duration;  ///< none: until a signal
    std::chrono::seconds change_interval{0};            ///< mean time until people at home change something; 0: never
    std::vector<std::string> quirks;
    std::uint64_t seed = 1;
    unsigned cwmp_minor = 4;                               ///< n of CWMP 1.n
    bool connection_requests = true;                       ///< listen for them
    std::string connection_request_address = "127.0.0.1";  ///< that others reach this program at
    std::uint16_t connection_request_port = 0;             ///< 0: any free one
    std::string stun_server;                               ///< empty: STUN is off until the ACS switches it on
    std::uint16_t stun_port = 3478;
    XmppSettings xmpp;
    std::uint32_t session_timeout = 60;  ///< seconds: told to the ACS, and for each of its answers
    bool gzip = false;                   ///< compress messages
    net::TlsClientSettings tls;          ///< how it meets the ACS over TLS
    std::size_t threads = 2;
    bool json = false;  ///< nothing but the summary
    std::string log_level = "warning";
};

/// Checks what can be checked without a network: personas, quirks, URL, numbers. Fails telling everything that is
/// wrong.
[[nodiscard]] base::Result<void> check(FleetSettings const& settings);

/// Reads a configuration file (config/cpe-sim.toml describes it) over `settings`. Fails telling everything that is
/// wrong, keys that do not exist too.
[[nodiscard]] base::Result<FleetSettings> load_settings(std::string const& file, FleetSettings settings = {});

/// "1.0" to "1.4" -> the minor number; none for anything else.
[[nodiscard]] std::optional<unsigned> parse_cwmp_version(std::string_view text) noexcept;

/// "1.0" to "1.3"; none for anything else.
[[nodiscard]] std::optional<net::TlsVersion> parse_tls_version(std::string_view text) noexcept;

/// The quirks of these names; unknown ones are left out.
[[nodiscard]] Quirks to_quirks(std::vector<std::string> const& names);

}  // namespace sim
