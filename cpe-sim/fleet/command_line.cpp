#include "fleet/command_line.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <utility>

namespace sim {
namespace {

/// Options that are not settings as they stand.
struct Raw {
    std::string config;
    double boot_time = 0, ramp = 0, duration = 0, change_interval = 0;
    std::string cwmp_version, tls_min, tls_max;
    bool no_requests = false, no_resumption = false;
};

void add_options(CLI::App& run, FleetSettings& settings, Raw& raw)
{
    run.add_option("--config", raw.config, "Read settings from this file first (config/cpe-sim.toml shows them all)");
    run.add_option("--persona", settings.personas, "What to be, with commas; dealt out in turn")->delimiter(',');
    run.add_option("--count", settings.count, "How many devices");
    run.add_option("--acs", settings.acs_url, "URL of the ACS");
    run.add_option("--ca", settings.tls.ca_file, "PEM file of the authorities that are believed");
    run.add_flag("--insecure", settings.tls.insecure, "Believe any server certificate");
    run.add_option("--username,--login-template", settings.username,
                   "Name to log in with; {oui}, {product}, {serial} are replaced (default {oui}-{serial})");
    run.add_option("--password", settings.password, "Password; the same are replaced");
    run.add_option("--serial-prefix", settings.serial_prefix, "Begin serial numbers with this");
    run.add_option("--oui", settings.oui, "Six hexadecimal digits instead of the persona's");
    run.add_option("--inform-interval", settings.inform_interval, "Seconds, until the ACS sets another");
    run.add_option("--boot-time", raw.boot_time, "Seconds that a restart takes (default 2)");
    run.add_option("--ramp", raw.ramp, "Switch the devices on over so many seconds");
    run.add_option("--duration", raw.duration, "Stop after so many seconds (default: at a signal)");
    run.add_option("--change-interval", raw.change_interval, "Mean seconds until people at home change something");
    run.add_option("--quirk", settings.quirks, "Misbehave in this way; may be repeated")->delimiter(',');
    run.add_option("--seed", settings.seed, "Same seed, same serial numbers, values and waits");
    run.add_option("--cwmp-version", raw.cwmp_version, "1.0 to 1.4");
    run.add_option("--connection-request-port", settings.connection_request_port,
                   "Listen here (default: any free port)");
    run.add_option("--connection-request-address", settings.connection_request_address, "Local address to listen on");
    run.add_flag("--no-connection-requests", raw.no_requests, "Do not listen for connection requests");
    run.add_option("--stun-server", settings.stun_server,
                   "Use this STUN server, for connection requests over UDP (default: what the ACS sets)");
    run.add_option("--stun-port", settings.stun_port, "Its port");
    run.add_option("--xmpp-host", settings.xmpp.host, "XMPP server at which devices take connection requests, too");
    run.add_option("--xmpp-port", settings.xmpp.port, "Its port (default 5222)");
    run.add_option("--xmpp-domain", settings.xmpp.domain, "Of the devices' Jabber IDs (default localhost)");
    run.add_option("--xmpp-username", settings.xmpp.username, "Of a device; {oui}, {product}, {serial} are replaced");
    run.add_option("--xmpp-password", settings.xmpp.password, "Password; the same are replaced");
    run.add_option("--xmpp-ca", settings.xmpp.ca_file, "PEM file of the authorities that are believed there");
    run.add_flag("--xmpp-without-tls", settings.xmpp.without_tls, "For a server without TLS");
    run.add_option("--session-timeout", settings.session_timeout, "Seconds to wait for each answer of the ACS");
    run.add_flag("--gzip", settings.gzip, "Compress messages");
    run.add_option("--tls-min", raw.tls_min, "Lowest TLS version, 1.0 to 1.3");
    run.add_option("--tls-max", raw.tls_max, "Highest TLS version, 1.0 to 1.3");
    run.add_flag("--no-tls-resumption", raw.no_resumption, "A full handshake for every connection");
    run.add_option("--threads", settings.threads, "Threads that hold the sessions");
    run.add_flag("--json", settings.json, "Print nothing but the summary");
    run.add_option("--log-level", settings.log_level, "debug, info, warning or error");
}

std::chrono::milliseconds milliseconds(double seconds)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::duration<double>{seconds});
}

/// Takes over what needs converting; only what was given.
base::Result<void> convert(CLI::App const& run, Raw const& raw, FleetSettings& settings)
{
    auto const given = [&](char const* name) { return run.get_option(name)->count() > 0; };
    for (auto const value : {raw.boot_time, raw.ramp, raw.duration, raw.change_interval})
        if (!(value >= 0 && value < 1e8))
            return base::fail("a number of seconds must be from 0 to 100,000,000");
    if (given("--boot-time"))
        settings.boot_time = milliseconds(raw.boot_time);
    if (given("--ramp"))
        settings.ramp = milliseconds(raw.ramp);
    if (given("--duration"))
        settings.duration = milliseconds(raw.duration);
    if (given("--change-interval"))
        settings.change_interval = std::chrono::duration_cast<std::chrono::seconds>(milliseconds(raw.change_interval));
    if (raw.no_requests)
        settings.connection_requests = false;
    if (raw.no_resumption)
        settings.tls.resume_sessions = false;
    if (given("--cwmp-version")) {
        auto const minor = parse_cwmp_version(raw.cwmp_version);
        if (!minor)
            return base::fail("--cwmp-version must be 1.0, 1.1, 1.2, 1.3 or 1.4, not \"" + raw.cwmp_version + "\"");
        settings.cwmp_minor = *minor;
    }
    for (auto const& [name, text, into] : {std::tuple{"--tls-min", &raw.tls_min, &settings.tls.min_version},
                                           std::tuple{"--tls-max", &raw.tls_max, &settings.tls.max_version}}) {
        auto const version = parse_tls_version(*text);
        if (given(name) && !version)
            return base::fail(std::string{name} + " must be 1.0, 1.1, 1.2 or 1.3, not \"" + *text + "\"");
        if (version)
            *into = *version;
    }
    return {};
}

/// What stands above a scenario.
struct LoadOptions {
    std::string file, acs_url, ca_file;
    std::uint64_t seed = 0;
    double duration = 0, drain = 0;
    std::uint32_t max_connections = 0;
    bool insecure = false, no_resumption = false, no_keep_alive = false, no_requests = false;
    LoadCommand command;
};

void add_load_options(CLI::App& load, LoadOptions& options)
{
    load.add_option("scenario", options.file, "What is to happen; config/load/ has examples")->required();
    load.add_option("--acs", options.acs_url, "URL of the ACS");
    load.add_option("--seed", options.seed, "Same seed, same devices, order and times");
    load.add_option("--ledger", options.command.ledger, "Append to this file what the ACS acknowledged");
    load.add_option("--ca", options.ca_file, "PEM file of the authorities that are believed");
    load.add_flag("--insecure", options.insecure, "Believe any server certificate");
    load.add_option("--duration", options.duration, "Stop after so many seconds, whatever is left");
    load.add_option("--drain", options.drain, "Seconds to wait for what is left after the last phase");
    load.add_option("--max-connections", options.max_connections, "Sessions at once, at most");
    load.add_flag("--no-tls-resumption", options.no_resumption, "A full handshake for every connection");
    load.add_flag("--no-keep-alive", options.no_keep_alive, "A connection for every message");
    load.add_flag("--no-connection-requests", options.no_requests, "Do not listen for connection requests");
    load.add_flag("--json", options.command.json, "No progress, only the final object");
    load.add_option("--log-level", options.command.log_level, "debug, info, warning or error");
}

base::Result<Command> finish_load(CLI::App const& load, LoadOptions options)
{
    auto scenario = load_scenario(options.file);
    if (!scenario)
        return std::unexpected{scenario.error()};
    auto const given = [&](char const* name) { return load.get_option(name)->count() > 0; };
    for (auto const value : {options.duration, options.drain})
        if (!(value >= 0 && value < 1e8))
            return base::fail("a number of seconds must be from 0 to 100,000,000");
    if (given("--max-connections") && (options.max_connections == 0 || options.max_connections > 60'000))
        return base::fail("--max-connections must be from 1 to 60,000");
    if (given("--acs"))
        scenario->acs_url = options.acs_url;
    if (given("--seed"))
        scenario->seed = options.seed;
    if (given("--ca"))
        scenario->tls.ca_file = options.ca_file;
    if (given("--duration"))
        scenario->duration = milliseconds(options.duration);
    if (given("--drain"))
        scenario->drain = milliseconds(options.drain);
    if (given("--max-connections"))
        scenario->max_connections = options.max_connections;
    scenario->tls.insecure = scenario->tls.insecure || options.insecure;
    scenario->tls.resume_sessions = scenario->tls.resume_sessions && !options.no_resumption;
    scenario->keep_alive = scenario->keep_alive && !options.no_keep_alive;
    scenario->connection_requests = scenario->connection_requests && !options.no_requests;
    if (auto const checked = check(*scenario); !checked)
        return std::unexpected{checked.error()};
    options.command.scenario = std::move(*scenario);
    return std::move(options.command);
}

struct Parsed {
    CLI::App app{"A fleet of simulated gateways and set-top boxes for an ACS to manage", "cpe-sim"};
    CLI::App* run = app.add_subcommand("run", "Simulate devices");
    CLI::App* load = app.add_subcommand("load", "Put load on an ACS as a scenario describes it");
    CLI::App* verify = app.add_subcommand("verify", "Hold the ledger of a load test against the ACS's database");
    CLI::App* list = app.add_subcommand("list", "Show personas and quirks");
    FleetSettings settings;
    Raw raw;
    LoadOptions load_options;
    VerifyCommand verify_command;

    explicit Parsed(FleetSettings defaults) : settings{std::move(defaults)}
    {
        app.require_subcommand(1);
        add_options(*run, settings, raw);
        add_load_options(*load, load_options);
        verify->add_option("--ledger", verify_command.ledger, "What \"cpe-sim load --ledger\" wrote")->required();
        verify->add_option("--database", verify_command.database, "URL of the ACS's database")->required();
    }

    /// None: go on.
    base::Result<std::optional<HelpCommand>> parse(int argc, char const* const* argv)
    {
        try {
            app.parse(argc, argv);
        } catch (CLI::CallForHelp const&) {
            auto const* about = &app;
            for (auto const* command : {run, load, verify, list})
                about = command->parsed() ? command : about;
            return HelpCommand{about->help()};
        } catch (CLI::ParseError const& error) {
            return base::fail(std::string{error.what()} + "\n\"cpe-sim --help\" tells how it is used");
        }
        return std::nullopt;
    }
};

}  // namespace

base::Result<Command> parse_command_line(int argc, char const* const* argv)
{
    // Twice: the file that the first pass finds gives the defaults of the second.
    Parsed first{{}};
    auto const help = first.parse(argc, argv);
    if (!help)
        return std::unexpected{help.error()};
    if (*help)
        return **help;
    if (first.list->parsed())
        return ListCommand{};
    if (first.verify->parsed())
        return first.verify_command;
    if (first.load->parsed())
        return finish_load(*first.load, std::move(first.load_options));
    FleetSettings defaults;
    if (!first.raw.config.empty()) {
        auto loaded = load_settings(first.raw.config);
        if (!loaded)
            return std::unexpected{loaded.error()};
        defaults = std::move(*loaded);
    }
    Parsed second{std::move(defaults)};
    static_cast<void>(second.parse(argc, argv));
    if (auto const converted = convert(*second.run, second.raw, second.settings); !converted)
        return std::unexpected{converted.error()};
    if (auto const checked = check(second.settings); !checked)
        return std::unexpected{checked.error()};
    return RunCommand{std::move(second.settings)};
}

}  // namespace sim
