#include "app/commands.hpp"

#include "app/application.hpp"
#include "base/log.hpp"
#include "datamodel/definition_reader.hpp"
#include "storage/harden.hpp"
#include "storage/migrate.hpp"
#include "storage/pg_definitions.hpp"
#include "storage/rekey.hpp"

#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <thread>

namespace app {

namespace {

constexpr std::chrono::seconds drain_time{20};
constexpr std::chrono::seconds watch_pause{10};  ///< between two looks at the files of certificates

storage::ConnectionSettings connection_of(Config const& config)
{
    storage::ConnectionSettings connection;
    connection.url = config.database.url;
    return connection;
}

int complain(std::string_view what, int code = 1)
{
    std::cerr << "acs: " << what << '\n';
    return code;
}

/// Blocks the signals for all threads that are started afterwards; wait() takes them one at a time.
class Signals {
public:
    Signals()
    {
        sigemptyset(&set_);
        for (int const signal : {SIGTERM, SIGINT, SIGHUP})
            sigaddset(&set_, signal);
        pthread_sigmask(SIG_BLOCK, &set_, nullptr);
        std::signal(SIGPIPE, SIG_IGN);
    }
    [[nodiscard]] int wait() const
    {
        int signal = 0;
        sigwait(&set_, &signal);
        return signal;
    }
    /// None when there was no signal for so long.
    [[nodiscard]] std::optional<int> wait_for(std::chrono::seconds time) const
    {
        timespec const limit{.tv_sec = time.count(), .tv_nsec = 0};
        int const signal = sigtimedwait(&set_, nullptr, &limit);
        return signal > 0 ? std::optional{signal} : std::nullopt;
    }

private:
    sigset_t set_{};
};

/// Ends the process on a second signal while the sessions are let end.
void end_at_once_on(Signals const& signals)
{
    std::thread{[signals] {
        while (signals.wait() == SIGHUP) {
        }
        std::_Exit(1);
    }}.detach();
}

/// The database may be away: it goes on with what it has.
void reload(Application& application)
{
    try {
        application.reload();
        base::log::info("app.reloaded");
    } catch (std::exception const& problem) {
        base::log::error("app.not_reloaded", {{"reason", problem.what()}});
    }
}

int serve_until_told(Application& application, Signals const& signals)
{
    if (auto const started = application.start(); !started)
        return complain(started.error().what);
    base::log::info("app.started", {{"version", ACS_VERSION}});
    for (auto signal = signals.wait_for(watch_pause); !signal || signal == SIGHUP;
         signal = signals.wait_for(watch_pause)) {
        if (signal)
            reload(application);
        else
            application.look_at_certificates();
    }
    base::log::info("app.draining", {{"connections", application.server().connections()}});
    end_at_once_on(signals);
    application.stop(drain_time);
    base::log::info("app.stopped");
    return 0;
}

base::Result<std::vector<datamodel::DefinitionFile>> read_files(std::span<std::string const> names)
{
    std::vector<datamodel::DefinitionFile> files;
    for (auto const& name : names) {
        std::ifstream stream{name, std::ios::binary};
        if (!stream)
            return base::fail(fmt::format("{}: the file cannot be read", name));
        files.push_back({std::filesystem::path{name}.filename(), {std::istreambuf_iterator<char>{stream}, {}}});
    }
    return files;
}

}  // namespace

int serve(Config const& config)
{
    static_cast<void>(base::log::set_level(config.log.level));
    Signals const signals;
    auto prepared = prepare(config);
    if (!prepared)
        return complain(prepared.error().what, 2);
    try {
        if (auto const checked = storage::check_version(connection_of(config)); !checked)
            return complain(checked.error().what);
        if (auto const noted = storage::register_sealing_key(connection_of(config), prepared->sealer); !noted)
            return complain(noted.error().what);
        Application application{config, *std::move(prepared)};
        return serve_until_told(application, signals);
    } catch (std::exception const& problem) {
        return complain(fmt::format("cannot serve: {}", problem.what()));
    }
}

int migrate(Config const& config)
{
    try {
        auto const report = storage::migrate(connection_of(config), base::SystemClock{}.now());
        if (!report)
            return complain(report.error().what);
        for (auto const& step : report->applied)
            fmt::print("applied {}\n", step);
        fmt::print("the database has schema version {}; {} partitions made\n", report->after, report->partitions);
        return 0;
    } catch (std::exception const& problem) {
        return complain(fmt::format("cannot reach the database: {}", problem.what()));
    }
}

int harden(Config const& config, std::string const& database)
{
    try {
        auto connection = connection_of(config);
        if (!database.empty())
            connection.url = database;
        auto const report = storage::harden(connection);
        if (!report)
            return complain(report.error().what);
        fmt::print("{} built-in functions are no longer everybody's; {} may use them as members of acs_builtin\n",
                   report->functions, fmt::join(report->roles, ", "));
        return 0;
    } catch (std::exception const& problem) {
        return complain(fmt::format("cannot harden the database: {}", problem.what()));
    }
}

int rekey(Config const& config, std::string const& forget)
{
    auto const sealer = base::Sealer::from_file(config.secrets.key_file);
    if (!sealer)
        return complain("secrets.key_file: " + sealer.error().what, 2);
    try {
        if (auto const checked = storage::check_version(connection_of(config)); !checked)
            return complain(checked.error().what);
        if (!forget.empty())
            return storage::forget_sealing_key(connection_of(config), forget)
                       ? 0
                       : complain(fmt::format("the database needs no key {}", forget));
        auto const report = storage::rekey(connection_of(config), *sealer,
                                           [](std::string_view table) { std::cerr << "acs: " << table << '\n'; });
        if (!report)
            return complain(report.error().what);
        fmt::print("{} values are sealed anew with the key {}\n", report->values, sealer->key_names().front());
        for (auto const& key : report->keys)
            fmt::print("nothing in the database needs the key {} any more: its line may be taken out of {} on every "
                       "node, a week after the change (links to files that devices were given stay good for so long)\n",
                       key, config.secrets.key_file);
        return 0;
    } catch (std::exception const& problem) {
        return complain(fmt::format("the secrets could not all be sealed anew ({}); run it again", problem.what()));
    }
}

int check(Config const& config)
{
    auto const prepared = prepare(config);
    if (!prepared)
        return complain(prepared.error().what, 2);
    fmt::print("configuration, keys and certificates are in order\n");
    bool is_hardened = false;
    try {
        if (auto const checked = storage::check_version(connection_of(config)); !checked)
            return complain(checked.error().what);
        if (auto const known = storage::check_sealing_keys(connection_of(config), prepared->sealer); !known)
            return complain(known.error().what);
        is_hardened = storage::is_hardened(connection_of(config));
    } catch (std::exception const& problem) {
        return complain(fmt::format("cannot reach the database: {}", problem.what()));
    }
    fmt::print("the database has the schema of this program (version {})\n", storage::schema_version());
    if (!is_hardened)
        fmt::print(
            "hint: everybody may call built-in functions that rules have no need of (pg_sleep, set_config, ...): "
            "let a superuser run acs migrate --harden\n");
    return 0;
}

int import_datamodels(Config const& config, std::span<std::string const> names)
{
    auto const files = read_files(names);
    if (!files)
        return complain(files.error().what);
    auto const set = datamodel::read_definitions(*files);
    if (!set)
        return complain(set.error().what);
    for (auto const& warning : set->warnings)
        std::cerr << "acs: warning: " << warning << '\n';
    storage::DatabaseSettings settings;
    settings.connection = connection_of(config);
    settings.connections = 1;
    settings.patience = std::chrono::seconds{5};
    try {
        storage::Database database{settings};
        storage::import_definitions(database, *set, fmt::format("{}", fmt::join(names, ", ")));
    } catch (std::exception const& problem) {
        return complain(fmt::format("the definitions could not be kept: {}", problem.what()));
    }
    fmt::print("{} definitions of {} kept; running servers take them after SIGHUP\n", set->definitions.size(),
               fmt::join(set->models, ", "));
    return 0;
}

int seed(Config const& config, storage::SeedSettings const& settings)
{
    try {
        storage::DatabaseSettings reached;
        reached.connection = connection_of(config);
        reached.connection.statement_timeout = std::chrono::minutes{10};
        reached.connections = 1;
        reached.patience = std::chrono::seconds{5};
        storage::Database database{reached};
        auto const report = storage::seed(database, base::SystemClock{}, settings, [&](std::int64_t done) {
            if (done % 100'000 == 0)
                std::cerr << "acs: " << done << " devices\n";
        });
        fmt::print(R"({{"devices":{},"trees":{},"bytes_per_tree":{},"promoted_bytes_per_tree":{},"bytes_in_all":{}}})"
                   "\n",
                   report.devices, report.trees, report.trees == 0 ? 0 : report.tree_bytes / report.trees,
                   report.trees == 0 ? 0 : report.parameter_bytes / report.trees, report.all_bytes);
        return 0;
    } catch (std::exception const& problem) {
        return complain(fmt::format("the devices could not be made: {}", problem.what()));
    }
}

}  // namespace app
