#include "app/store_settings.hpp"

#include "storage/pg_rules.hpp"

#include <chrono>
#include <cstdint>

namespace app {

namespace {

/// Of one statement that evaluates rules for the devices of many sessions, which wait for it.
constexpr std::chrono::milliseconds evaluation_timeout{2'000};

}  // namespace

storage::DatabaseSettings writes_of(Config::Database const& config)
{
    storage::DatabaseSettings settings;
    settings.connection.url = config.url;
    settings.connection.application_name = "acs";
    settings.connections = config.api_connections;
    return settings;
}

storage::DatabaseSettings searches_of(Config::Database const& config)
{
    auto settings = writes_of(config);
    settings.connection.application_name = "acs searches";
    settings.connection.statement_timeout = config.search_timeout;
    settings.connection.read_only = true;
    return settings;
}

storage::SessionPathSettings session_path_of(Config const& config, unsigned node)
{
    storage::SessionPathSettings settings;
    settings.batches.connection.url = config.database.url;
    settings.batches.connection.application_name = "acs sessions";
    settings.batches.threads = config.database.session_connections;
    settings.rules.connection =
        storage::rule_connections(settings.batches.connection, 1, evaluation_timeout).connection;
    settings.paths.new_per_device_and_day = config.inventory.new_paths_per_device_and_day;
    settings.paths.in_all = config.inventory.paths;
    settings.node = node;
    return settings;
}

domain::ModelKnowledge fallback_of(Config::Discovery const& config)
{
    domain::ModelKnowledge knowledge;
    knowledge.discovery = config.profile == "off"    ? domain::DiscoveryProfile::off
                          : config.profile == "lean" ? domain::DiscoveryProfile::lean
                                                     : domain::DiscoveryProfile::full;
    return knowledge;
}

storage::ChoreSettings chores_of(Config const& config, storage::PathTable& paths)
{
    storage::ChoreSettings settings;
    settings.on_promotions_changed = [&paths] { paths.reload_promoted(); };
    settings.connection.url = config.database.url;
    settings.event_days = config.inventory.event_days;
    settings.task_days = config.inventory.task_days;
    settings.session_days = config.inventory.session_days;
    settings.lost_task_days = config.inventory.lost_task_days;
    settings.incident_days = config.enrolment.incident_days;
    settings.trace_days = config.trace.days;
    settings.traces_per_device = config.trace.per_device;
    settings.trace_bytes = std::int64_t{config.trace.stored_megabytes} << 20U;
    return settings;
}

storage::TaskWatchSettings task_watch_of(Config const& config)
{
    storage::TaskWatchSettings settings;
    settings.connection.url = config.database.url;
    return settings;
}

storage::EventWatchSettings event_watch_of(Config const& config)
{
    storage::EventWatchSettings settings;
    settings.connection.url = config.database.url;
    return settings;
}

}  // namespace app
