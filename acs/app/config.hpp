#pragma once

#include "domain/shown_setting.hpp"
#include "net/limits.hpp"
#include "net/server.hpp"
#include "net/tls.hpp"

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace app {

/// How a listener speaks TLS.
struct TlsRules {
    net::TlsProfile profile = net::TlsProfile::standard;
    net::ClientCertificates client_certificates = net::ClientCertificates::none;
    std::string client_ca_file;        ///< PEM; whom client certificates are believed from
    bool ignore_client_dates = false;  ///< accept client certificates that have expired or are not valid yet

    auto operator<=>(TlsRules const&) const = default;
};

/// How a listener is reached. Shared by all kinds of listeners.
struct ListenerConfig {
    std::string name;
    std::string address = "::";  ///< numeric; "::" serves IPv4 too
    std::uint16_t port = 0;
    bool tls = true;
    TlsRules tls_rules;
    net::ProxyProtocol proxy_protocol = net::ProxyProtocol::off;
    std::vector<std::string> trusted_proxies;  ///< address ranges
    bool shared_connections = false;  ///< a load balancer mixes CPEs on one connection: sessions by cookie only
    std::uint32_t max_connections = 100'000;
    std::uint32_t max_connections_per_source = 1'000;  ///< of one IPv4 address or one IPv6 /64
    std::uint32_t max_handshakes = 20'000;  ///< clients that wait for their TLS handshake; the rest is in the backlog
};

/// How CPEs show who they are.
enum class CpeAuth { none, basic, digest, any };

/// What becomes of a device nobody has announced.
enum class Enrol {
    pending,  ///< kept, read only, until it is enrolled
    open,     ///< in service at once: labs, and fleets whose shared login is enough
};

struct CwmpListenerConfig : ListenerConfig {
    CpeAuth auth = CpeAuth::digest;
    Enrol enrol = Enrol::pending;
    std::string client_subject;  ///< how client certificates name devices: "CN={oui}-{serial}"; empty: as TR-069 says
};

/// A login that devices may use for their first contact.
struct BootstrapLogin {
    std::string username;
    std::string password;
};

/// Who agrees that a device which comes back from its factory defaults is itself.
enum class AfterReset { person, same_address, networks, certificate, open };

/// Every setting of the server. The defaults here are the defaults; config/acs.toml explains each.
struct Config {
    std::string node = "acs-1";  ///< unique among the nodes that share a database
    std::uint32_t threads = 0;   ///< I/O threads; 0: one per processor

    struct Log {
        std::string level = "info";
    } log;

    struct Database {
        std::string url = "postgresql:///acs";
        std::uint32_t session_connections = 2;  ///< batch writers of the session path
        std::uint32_t api_connections = 4;      ///< searches, API, chores
        std::chrono::milliseconds search_timeout{5000};
    } database;

    struct Secrets {
        std::string key_file = "/var/lib/acs/secrets.key";  ///< made with mode 0600 when it is missing
    } secrets;

    struct Tls {
        std::vector<net::CertificateFiles> certificates;  ///< an ECDSA and an RSA chain
        std::uint32_t warn_days = 30;                     ///< before a certificate expires the log begins to say so
    } tls;

    struct Http {
        net::HttpLimits limits;                                  ///< of every listener
        std::uint64_t body_memory = std::uint64_t{1024} << 20U;  ///< bytes of bodies at once, of each listener
    } http;

    struct Cwmp {
        std::string realm = "acs";  ///< one for the whole fleet, for ever: changing it voids every stored HA1
        std::vector<CwmpListenerConfig> listeners;
        std::vector<BootstrapLogin> bootstrap;
        std::uint32_t max_sessions = 50'000;
        std::chrono::seconds session_timeout{30};       ///< without SessionTimeout of the CPE
        std::chrono::seconds max_session_timeout{300};  ///< the most a CPE may ask for
        std::chrono::seconds rpc_timeout{300};          ///< an RPC's answer, while the connection lives
        std::uint32_t sessions_per_hour = 240;          ///< beyond: automation leaves the device alone
        std::uint32_t boots_per_hour = 30;
        std::uint32_t takeovers_per_hour = 6;   ///< beyond: several boxes have one identity, state `conflict`
        std::uint32_t older_boots_per_day = 2;  ///< UpTimes that went back; beyond: state `conflict`
        std::uint32_t rpcs_per_session = 1000;
        std::chrono::seconds seconds_per_session{900};
    } cwmp;

    struct Enrolment {
        bool certificates = true;                   ///< a trusted certificate that names a device lets it in
        std::uint32_t new_per_minute = 60'000;      ///< unknown devices of a minute that become active at once
        std::uint32_t pending_per_minute = 600;     ///< ... that become pending; more get 503
        std::uint32_t pending = 10'000;             ///< pending devices in all; more get 503
        std::uint32_t strangers = 10'000;           ///< devices that were sent away are kept for enrolment by hand
        std::uint32_t strangers_per_network = 100;  ///< ... of one /24 or /48
        std::uint32_t free_failures = 3;        ///< failed logins of an address or identity before they are slowed down
        std::chrono::seconds longest_delay{8};  ///< of the answer to a failed login
        std::uint32_t delayed_answers = 1'000;  ///< held back at once; more get 503
        std::uint32_t dormant_after = 3;        ///< silent intervals (and a day at least) until a device is dormant
        std::uint32_t incident_days = 90;       ///< how long incidents are kept
        bool own_logins = true;  ///< each device gets a login of its own, and one for connection requests
        AfterReset after_reset = AfterReset::person;
        std::vector<std::string> reset_networks;  ///< for AfterReset::networks
        std::chrono::hours reset_time{24};        ///< how long a device may take to fetch its new login
        std::uint32_t resets_per_day = 2;         ///< of a device that the policy agrees to; more wait for a person
    } enrolment;

    struct Discovery {
        std::string profile = "full";  ///< full, lean or off, where a model has none of its own
        std::uint32_t rpcs_per_session = 100;
        std::chrono::seconds seconds_per_session{60};
    } discovery;

    struct Inventory {
        std::uint32_t new_paths_per_device_and_day = 20'000;
        std::uint32_t paths = 5'000'000;
        std::uint32_t event_days = 90;               ///< how long events are kept
        std::uint32_t task_days = 90;                ///< how long finished tasks are kept
        std::uint32_t session_days = 14;             ///< how long sessions that are over are kept
        std::uint32_t open_tasks_per_device = 1000;  ///< more are refused
        std::uint32_t lost_task_days = 7;  ///< a task that was sent fails when the device stays away for so long
    } inventory;

    /// What was said in sessions.
    struct Trace {
        bool failed_sessions = true;            ///< of every session that failed; else of chosen devices only
        std::uint32_t session_kilobytes = 64;   ///< of one session, kept in memory while it runs
        std::uint32_t chosen_kilobytes = 4096;  ///< of one session of a chosen device
        std::uint32_t memory_megabytes = 64;    ///< of all sessions of this node
        std::uint32_t stored_megabytes = 1024;  ///< of all traces in the database
        std::uint32_t per_device = 50;          ///< the newest are kept
        std::uint32_t days = 14;                ///< how long they are kept
    } trace;

    struct Rules {
        std::chrono::seconds sweep_interval{600};  ///< with rules that read tables of others, or the clock
    } rules;

    struct Files {
        std::string directory = "/var/lib/acs/files";
        std::vector<ListenerConfig> listeners;
        std::string base_url_https;  ///< what CPEs reach the file listener by: "https://acs.example.net:7567"
        std::string base_url_http;
        std::uint64_t upload_bytes = 64ull << 20;  ///< the largest upload taken from a CPE
        std::uint64_t file_bytes = 1ull << 30;     ///< the largest file taken from an operator
    } files;

    struct Api {
        std::vector<ListenerConfig> listeners;
        std::string token_file;  ///< holds an administrator's bearer token for automation, one line; empty: none
    } api;

    /// People and programs that use the API.
    struct Operators {
        std::chrono::seconds session_idle{30 * 60};  ///< a browser's session that is not used for so long ends
        std::chrono::seconds session_life{12 * 3600};
        std::uint32_t token_days = 365;  ///< the longest life of a token
        std::uint32_t password_length = 12;
        std::uint32_t passwords_at_once = 2;  ///< each takes 64 MiB and a tenth of a second of a processor
        std::uint32_t lock_out_failures = 5;  ///< of one name from one address; ten times as many from everywhere
        std::chrono::seconds lock_out_time{900};
    } operators;

    struct Monitor {
        std::string address = "127.0.0.1";
        std::uint16_t port = 9547;  ///< 0: none
    } monitor;

    struct Wakeup {
        std::chrono::milliseconds connect_timeout{3000};
        std::chrono::milliseconds exchange_timeout{10'000};
        std::uint32_t at_once = 200;                ///< devices asked at the same time
        std::uint32_t waiting = 10'000;             ///< devices being woken; more are refused
        std::uint32_t per_second = 100;             ///< requests in all
        std::uint32_t automation_per_second = 5;    ///< ... because rules want something else of devices; 0: none
        std::uint32_t bulk_per_second = 20;         ///< ... for jobs over a part of the fleet
        std::uint32_t network_per_second = 10;      ///< ... to one access network
        std::chrono::milliseconds fall_over{5000};  ///< without an Inform, until the next method is tried
        std::chrono::milliseconds inform{30'000};   ///< until an Inform counts as missing
        std::chrono::seconds backoff{60};           ///< of automation, after a failure; twice as long after each more
        std::chrono::seconds longest_backoff{6 * 3600};
        std::uint32_t most_failures = 10;  ///< in a row; then automation waits until the device comes by itself
        bool allow_basic = false;
        std::string username;  ///< for devices of which no connection-request login of their own is known
        std::string password;
        std::vector<std::string> allowed_networks;  ///< beside public and private ones: loopback, link-local ...
        std::vector<std::string> denied_networks;
    } wakeup;

    /// Events that are sent to receivers of operators.
    struct Webhooks {
        std::vector<std::string> allowed_networks;  ///< although they are link-local
        std::string ca_file;  ///< whom receivers' certificates are believed from; empty: the system's
        std::chrono::milliseconds connect_timeout{5000};
        std::chrono::milliseconds exchange_timeout{15'000};
        std::uint32_t refusals = 8;       ///< 4xx of one event; then it is a dead letter
        std::chrono::hours keep_for{24};  ///< how long an event is tried while its receiver does not work
    } webhooks;

    /// Connection requests over UDP, to devices behind NAT.
    struct Stun {
        std::string address = "::";  ///< numeric; "::" serves IPv4 too
        std::uint16_t port = 0;      ///< usually 3478; 0: none
        bool require_message_integrity = false;
        std::uint32_t requests_per_source = 100;  ///< in a second
        std::uint32_t requests_per_second = 20'000;
        std::uint32_t bindings = 500'000;
        std::chrono::seconds binding_life{900};
    } stun;

    /// Connection requests over XMPP (TR-069 Annex K).
    struct Xmpp {
        std::string jid;  ///< "acs@xmpp.example.net": our account; `node` becomes its resource; empty: no XMPP
        std::string password_file;  ///< holds its password, one line
        std::string host;           ///< of the server; empty: as DNS says
        std::uint16_t port = 0;     ///< 0: 5222, or as DNS says
        std::string ca_file;        ///< PEM; whom its certificate is believed from; empty: whom the system believes
        std::vector<std::string> domains;  ///< of devices' Jabber IDs; empty: that of `jid`
        bool without_tls = false;          ///< laboratories only
    } xmpp;

    std::vector<domain::ShownSetting> settings;  ///< all of the above, as people may see them
    std::string file;                            ///< that it was read from
};

/// Reads a configuration. On failure `problems` has a sentence for each thing that is wrong, all of them at once.
struct ConfigOutcome {
    Config config;
    std::vector<std::string> problems;
};
[[nodiscard]] ConfigOutcome parse_config(std::string_view text, std::string_view file_name);
[[nodiscard]] ConfigOutcome load_config(std::string const& file_name);

}  // namespace app
