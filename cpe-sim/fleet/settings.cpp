#include "fleet/settings.hpp"

#include "device/persona.hpp"
#include "fleet/tls_table.hpp"
#include "fleet/toml_table.hpp"
#include "net/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sim {
namespace {

void read_fleet(toml::table const& root, FleetSettings& settings, Problems& problems)
{
    TomlTable table{root["fleet"].as_table(), "fleet", problems};
    table.read_list("personas", settings.personas);
    table.read("count", settings.count);
    table.read("serial_prefix", settings.serial_prefix);
    table.read("oui", settings.oui);
    table.read("seed", settings.seed);
    table.read_list("quirks", settings.quirks);
    table.read_seconds("ramp", settings.ramp);
    std::chrono::milliseconds duration{0};
    table.read_seconds("duration", duration);
    if (duration.count() > 0)
        settings.duration = duration;
    table.read_seconds("boot_time", settings.boot_time);
    table.read_seconds("change_interval", settings.change_interval);
    table.read("threads", settings.threads);
}

void read_acs(toml::table const& root, FleetSettings& settings, Problems& problems)
{
    TomlTable table{root["acs"].as_table(), "acs", problems};
    table.read("url", settings.acs_url);
    table.read("username", settings.username);
    table.read("password", settings.password);
    table.read("inform_interval", settings.inform_interval);
    table.read("session_timeout", settings.session_timeout);
    table.read("gzip", settings.gzip);
    std::string version;
    table.read("cwmp_version", version);
    if (!version.empty()) {
        if (auto const minor = parse_cwmp_version(version))
            settings.cwmp_minor = *minor;
        else
            table.wrong("cwmp_version", "\"1.0\" to \"1.4\"");
    }
}

void read_connection_request(toml::table const& root, FleetSettings& settings, Problems& problems)
{
    TomlTable table{root["connection_request"].as_table(), "connection_request", problems};
    table.read("enabled", settings.connection_requests);
    table.read("address", settings.connection_request_address);
    table.read("port", settings.connection_request_port);
    table.read("stun_server", settings.stun_server);
    table.read("stun_port", settings.stun_port);
}

void read_xmpp(toml::table const& root, XmppSettings& settings, Problems& problems)
{
    TomlTable table{root["xmpp"].as_table(), "xmpp", problems};
    table.read("host", settings.host);
    table.read("port", settings.port);
    table.read("domain", settings.domain);
    table.read("username", settings.username);
    table.read("password", settings.password);
    table.read("ca_file", settings.ca_file);
    table.read("without_tls", settings.without_tls);
}

}  // namespace

std::optional<unsigned> parse_cwmp_version(std::string_view text) noexcept
{
    if (text.size() != 3 || !text.starts_with("1.") || text[2] < '0' || text[2] > '4')
        return std::nullopt;
    return text[2] - '0';
}

std::optional<net::TlsVersion> parse_tls_version(std::string_view text) noexcept
{
    static constexpr std::array names{"1.0", "1.1", "1.2", "1.3"};
    auto const* found = std::ranges::find(names, text);
    if (found == names.end())
        return std::nullopt;
    return static_cast<net::TlsVersion>(found - names.begin());
}

Quirks to_quirks(std::vector<std::string> const& names)
{
    Quirks quirks;
    for (auto const& name : names)
        if (auto const quirk = find_quirk(name))
            quirks.add(*quirk);
    return quirks;
}

base::Result<void> check(FleetSettings const& settings)
{
    Problems problems;
    for (auto const& name : settings.personas)
        if (find_persona(name) == nullptr)
            problems.add(fmt::format("there is no persona \"{}\": there are {}", name, persona_names()));
    for (auto const& name : settings.quirks)
        if (!find_quirk(name))
            problems.add(fmt::format("there is no quirk \"{}\": \"cpe-sim list\" shows them", name));
    if (settings.personas.empty())
        problems.add("at least one persona is needed");
    if (settings.acs_url.empty())
        problems.add("the URL of an ACS is needed: --acs URL");
    else if (auto const url = net::parse_url(settings.acs_url); !url)
        problems.add(fmt::format("the ACS's URL \"{}\" cannot be used: {}", settings.acs_url, url.error().what));
    if (settings.count == 0 || settings.count > 5'000'000)
        problems.add("the number of devices must be from 1 to 5,000,000");
    if (settings.inform_interval == 0)
        problems.add("the inform interval must be at least 1 second");
    if (settings.threads == 0 || settings.threads > 64)
        problems.add("the number of threads must be from 1 to 64");
    if (!settings.oui.empty() &&
        (settings.oui.size() != 6 || settings.oui.find_first_not_of("0123456789ABCDEF") != std::string::npos))
        problems.add(fmt::format("the OUI must be six hexadecimal digits in capitals, not \"{}\"", settings.oui));
    if (settings.serial_prefix.size() > 40)
        problems.add("the prefix of serial numbers must not have more than 40 characters");
    if (settings.tls.min_version > settings.tls.max_version)
        problems.add("the lowest TLS version must not be above the highest");
    return problems.result();
}

base::Result<FleetSettings> load_settings(std::string const& file, FleetSettings settings)
{
    auto const parsed = base::read_toml(file);
    if (!parsed)
        return std::unexpected{parsed.error()};
    auto const& root = *parsed;
    Problems problems;
    read_fleet(root, settings, problems);
    read_acs(root, settings, problems);
    read_tls(root, settings.tls, problems);
    read_connection_request(root, settings, problems);
    read_xmpp(root, settings.xmpp, problems);
    static constexpr std::array tables{"fleet", "acs", "tls", "connection_request", "xmpp"};
    for (auto const& [key, node] : root)
        if (std::ranges::find(tables, key.str()) == tables.end() || !node.is_table())
            problems.add(fmt::format("[{}] (line {}) does not exist", key.str(), node.source().begin.line));
    if (problems.any())
        return base::fail(fmt::format("{}:\n{}", file, problems.text()));
    return settings;
}

}  // namespace sim
