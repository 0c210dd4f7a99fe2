#include "load/scenario.hpp"

#include "device/persona.hpp"
#include "fleet/settings.hpp"
#include "fleet/tls_table.hpp"
#include "fleet/toml_table.hpp"
#include "net/url.hpp"

#include <array>
#include <fstream>
#include <sstream>

namespace sim {
namespace {

constexpr std::array kind_names{std::string_view{"periodic"}, std::string_view{"storm"},
                                std::string_view{"first_contact"}, std::string_view{"value_change"}};
constexpr std::array login_names{std::string_view{"none"}, std::string_view{"basic"}, std::string_view{"digest"}};

/// Takes one of `names` as the enumerator of its place.
template <class Enum, std::size_t size>
void read_choice(TomlTable& table, std::string_view key, std::array<std::string_view, size> const& names, Enum& into)
{
    std::string text;
    table.read(key, text);
    if (!table.has(key))
        return;
    if (auto const* found = std::ranges::find(names, text); found != names.end())
        into = static_cast<Enum>(found - names.begin());
    else
        table.wrong(key, fmt::format("one of: {}", fmt::join(names, ", ")));
}

void read_acs(TomlTable table, Scenario& scenario)
{
    table.read("url", scenario.acs_url);
    read_choice(table, "login", login_names, scenario.login);
    table.read("username", scenario.username);
    table.read("password", scenario.password);
    table.read_seconds("timeout", scenario.timeout);
    table.read("keep_alive", scenario.keep_alive);
}

void read_run(TomlTable table, Scenario& scenario)
{
    table.read("seed", scenario.seed);
    table.read("max_connections", scenario.max_connections);
    table.read("source_addresses", scenario.source_addresses);
    table.read_seconds("drain", scenario.drain);
    table.read_seconds("duration", scenario.duration);
    table.read("retry", scenario.retry);
    table.read("retry_minimum_wait", scenario.retry_minimum_wait);
    table.read("retry_multiplier", scenario.retry_multiplier);
    if (scenario.max_connections == 0 || scenario.max_connections > 60'000)
        table.wrong("max_connections", "from 1 to 60000");
    if (scenario.source_addresses > 250)
        table.wrong("source_addresses", "from 0 to 250");
}

void read_connection_request(TomlTable table, Scenario& scenario)
{
    table.read("enabled", scenario.connection_requests);
    table.read("address", scenario.connection_request_address);
    table.read("port", scenario.connection_request_port);
    read_choice(table, "login", login_names, scenario.connection_request_login);
}

void read_faults(toml::table const* faults, std::string name, FaultShares& into, Problems& problems)
{
    TomlTable table{faults, std::move(name), problems};
    table.read_share("drop", into.drop);
    table.read_share("reset", into.reset);
    table.read_share("silent", into.silent);
    table.read_share("slow", into.slow);
    table.read_share("wrong", into.wrong);
    if (into.sum() > 1)
        table.wrong("drop", "so that all shares together are at most 1");
}

void check_group(TomlTable& table, FleetGroup const& group)
{
    for (auto const& persona : group.personas)
        if (find_persona(persona) == nullptr)
            table.wrong("personas", fmt::format("of {}; there is no \"{}\"", persona_names(), persona));
    for (auto const& quirk : group.quirks)
        if (!find_quirk(quirk))
            table.wrong("quirks", fmt::format("names that \"cpe-sim list\" shows; there is no \"{}\"", quirk));
    if (group.personas.empty())
        table.wrong("personas", "a list of at least one");
    if (group.name.empty())
        table.wrong("name", "a name for the phases to refer to");
    if (group.count == 0 || group.count > max_scenario_devices)
        table.wrong("count", "from 1 to 5000000");
    if (group.regions == 0 || group.regions > group.count)
        table.wrong("regions", "from 1 to the number of devices");
    if (!group.oui.empty() &&
        (group.oui.size() != 6 || group.oui.find_first_not_of("0123456789ABCDEF") != group.oui.npos))
        table.wrong("oui", "six hexadecimal digits in capitals");
    if (group.serial_prefix.size() > 40)
        table.wrong("serial_prefix", "at most 40 characters");
    if (group.serial_digits > 20)
        table.wrong("serial_digits", "from 0 to 20");
    if (group.inform_interval == 0)
        table.wrong("inform_interval", "at least 1 second");
    if (!group.is_whole && !group.quirks.empty())
        table.wrong("quirks", "empty unless devices = \"whole\"");
    if (group.is_whole && group.faults.sum() > 0)
        table.wrong("faults", "empty for whole devices: give them quirks");
}

FleetGroup read_group(toml::table const& node, std::size_t number, Problems& problems)
{
    FleetGroup group;
    auto const name = fmt::format("fleet[{}]", number);
    TomlTable table{&node, name, problems};
    table.read("name", group.name);
    table.read_list("personas", group.personas);
    table.read("count", group.count);
    static constexpr std::array modes{std::string_view{"minimal"}, std::string_view{"whole"}};
    int mode = 0;
    read_choice(table, "devices", modes, mode);
    group.is_whole = mode == 1;
    table.read("regions", group.regions);
    table.read_share("nat", group.nat);
    table.read("oui", group.oui);
    table.read("serial_prefix", group.serial_prefix);
    table.read("serial_digits", group.serial_digits);
    table.read("first_serial", group.first_serial);
    table.read("inform_interval", group.inform_interval);
    table.read_seconds("boot_time", group.boot_time);
    table.read_list("quirks", group.quirks);
    read_faults(table.sub_table("faults"), name + ".faults", group.faults, problems);
    check_group(table, group);
    return group;
}

/// Exactly one key tells the pacing.
void read_pacing(TomlTable& table, Phase& phase)
{
    table.read_seconds("over", phase.over);
    table.read_number("rate", phase.rate, 1e6, "sessions a second, up to 1000000");
    table.read_seconds("ramp", phase.ramp);
    table.read_seconds("interval", phase.interval);
    table.read_share("jitter", phase.jitter);
    table.read("in_flight", phase.in_flight);
    table.read("sessions", phase.sessions);
    static constexpr std::array names{"over", "rate", "interval", "in_flight"};
    auto const given = std::ranges::count_if(names, [&](auto const* name) { return table.has(name); });
    if (given != 1)
        return table.wrong("rate", "given, or one of over, interval, in_flight instead: exactly one of the four");
    auto const* chosen = std::ranges::find_if(names, [&](auto const* name) { return table.has(name); });
    phase.pacing = static_cast<Pacing>(chosen - names.begin());
    auto const is_positive = phase.pacing == Pacing::over       ? phase.over.count() > 0
                             : phase.pacing == Pacing::rate     ? phase.rate > 0
                             : phase.pacing == Pacing::interval ? phase.interval.count() > 0
                                                                : phase.in_flight > 0;
    if (!is_positive)
        table.wrong(*chosen, "more than 0");
    auto const has_end = phase.pacing == Pacing::over || phase.duration.count() > 0 ||
                         (phase.pacing == Pacing::in_flight && phase.sessions > 0);
    if (!has_end)
        table.wrong("duration", "more than 0 seconds");
    if (phase.ramp > phase.duration && phase.pacing == Pacing::rate)
        table.wrong("ramp", "not longer than the duration");
}

Phase read_phase(toml::table const& node, std::size_t number, Scenario const& scenario, Problems& problems)
{
    Phase phase;
    TomlTable table{&node, fmt::format("phase[{}]", number), problems};
    read_choice(table, "kind", kind_names, phase.kind);
    if (!table.has("kind"))
        table.wrong("kind", fmt::format("one of: {}", fmt::join(kind_names, ", ")));
    std::string fleet;
    table.read("fleet", fleet);
    auto const found = std::ranges::find(scenario.groups, fleet, &FleetGroup::name);
    if (found != scenario.groups.end())
        phase.group = static_cast<std::size_t>(found - scenario.groups.begin());
    else if (!fleet.empty() || scenario.groups.size() != 1)
        table.wrong("fleet", "the name of a [[fleet]]");
    table.read_seconds("start", phase.start);
    table.read_seconds("duration", phase.duration);
    table.read_share("share", phase.share);
    if (table.has("region"))
        table.read("region", phase.region.emplace());
    if (phase.region && phase.group < scenario.groups.size() && *phase.region >= scenario.groups[phase.group].regions)
        table.wrong("region", "less than the fleet's regions");
    read_pacing(table, phase);
    return phase;
}

/// The tables of [[name]].
std::vector<toml::table const*> tables_of(toml::table const& root, std::string_view name, Problems& problems)
{
    std::vector<toml::table const*> tables;
    auto const* list = root[name].as_array();
    if (list == nullptr || list->empty() || !list->is_homogeneous(toml::node_type::table)) {
        problems.add(fmt::format("at least one [[{}]] is needed", name));
        return tables;
    }
    for (auto const& item : *list)
        tables.push_back(item.as_table());
    return tables;
}

void read_groups(toml::table const& root, Scenario& scenario, Problems& problems)
{
    std::uint64_t devices = 0;
    for (auto const* table : tables_of(root, "fleet", problems)) {
        auto group = read_group(*table, scenario.groups.size() + 1, problems);
        if (std::ranges::find(scenario.groups, group.name, &FleetGroup::name) != scenario.groups.end())
            problems.add(fmt::format("there are two fleets with the name \"{}\"", group.name));
        group.first = static_cast<std::uint32_t>(devices);
        devices += group.count;
        scenario.groups.push_back(std::move(group));
        if (devices > max_scenario_devices)
            return problems.add("a scenario may have at most 5000000 devices in all");
    }
}

}  // namespace

std::string_view to_text(PhaseKind kind) noexcept
{
    return kind_names[static_cast<std::size_t>(kind)];
}

std::size_t Scenario::devices() const noexcept
{
    return groups.empty() ? 0 : groups.back().first + groups.back().count;
}

FleetGroup const& Scenario::group_of(std::uint32_t device) const noexcept
{
    auto const after = std::ranges::upper_bound(groups, device, {}, &FleetGroup::first);
    return *std::prev(after);
}

base::Result<Scenario> parse_scenario(std::string_view text, std::string const& file)
{
    auto const parsed = base::parse_toml(text, file);
    if (!parsed)
        return std::unexpected{parsed.error()};
    auto const& root = *parsed;
    Scenario scenario;
    Problems problems;
    read_acs({root["acs"].as_table(), "acs", problems}, scenario);
    read_tls(root, scenario.tls, problems);
    read_run({root["run"].as_table(), "run", problems}, scenario);
    read_connection_request({root["connection_request"].as_table(), "connection_request", problems}, scenario);
    read_groups(root, scenario, problems);
    for (auto const* table : tables_of(root, "phase", problems))
        scenario.phases.push_back(read_phase(*table, scenario.phases.size() + 1, scenario, problems));
    if (scenario.phases.size() > 200)
        problems.add("a scenario may have at most 200 phases");
    static constexpr std::array known{"acs", "tls", "run", "connection_request", "fleet", "phase"};
    for (auto const& [key, node] : root)
        if (std::ranges::find(known, key.str()) == known.end() || !(node.is_table() || node.is_array_of_tables()))
            problems.add(fmt::format("[{}] (line {}) does not exist", key.str(), node.source().begin.line));
    if (problems.any())
        return base::fail(fmt::format("{}:\n{}", file, problems.text()));
    return scenario;
}

base::Result<Scenario> load_scenario(std::string const& file)
{
    std::ifstream stream{file, std::ios::binary};
    if (!stream)
        return base::fail(fmt::format("the scenario {} cannot be opened", file));
    std::ostringstream text;
    text << stream.rdbuf();
    return parse_scenario(std::move(text).str(), file);
}

base::Result<void> check(Scenario const& scenario)
{
    if (scenario.acs_url.empty())
        return base::fail("the URL of an ACS is needed: acs.url of the scenario, or --acs URL");
    if (auto const url = net::parse_url(scenario.acs_url); !url)
        return base::fail(fmt::format("the ACS's URL \"{}\" cannot be used: {}", scenario.acs_url, url.error().what));
    if (scenario.tls.min_version > scenario.tls.max_version)
        return base::fail("the lowest TLS version must not be above the highest");
    return {};
}

}  // namespace sim
