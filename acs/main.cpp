#include "app/commands.hpp"
#include "app/decode_command.hpp"
#include "app/one_time_token.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <iostream>
#include <string>
#include <vector>

namespace {

constexpr int wrong_usage = 2;

/// Runs a command with the configuration of `file`, or says what is wrong with it.
int with_config(std::string const& file, std::function<int(app::Config const&)> const& command)
{
    auto const outcome = app::load_config(file);
    for (auto const& problem : outcome.problems)
        std::cerr << "acs: " << problem << '\n';
    return outcome.problems.empty() ? command(outcome.config) : wrong_usage;
}

}  // namespace

int main(int argc, char** argv)
{
    CLI::App program{"Auto-configuration server for CPEs that speak TR-069 (CWMP)", "acs"};
    program.require_subcommand(1);
    std::string config_file = "/etc/acs/acs.toml";
    std::vector<std::string> files;
    auto const with_config_option = [&](CLI::App* command) {
        command->add_option("--config", config_file, "settings")->capture_default_str();
        return command;
    };
    auto* const serve = with_config_option(program.add_subcommand("serve", "Serve until SIGTERM"));
    auto* const migrate =
        with_config_option(program.add_subcommand("migrate", "Bring the database to this program's schema"));
    bool harden = false;
    std::string database;
    migrate->add_flag("--harden", harden,
                      "instead, as a superuser: take built-ins that rules have no need of from everybody");
    migrate->add_option("--database", database, "with --harden: connect to this URL instead of the configured one");
    std::string lost_key;
    auto* const rekey = with_config_option(
        program.add_subcommand("rekey", "Seal all secrets in the database with the first key of the key file"));
    rekey->add_option("--forget", lost_key, "instead: give the key of this name up, which is lost");
    auto* const check =
        with_config_option(program.add_subcommand("check", "Check settings, keys, certificates and database"));
    auto* const decode = program.add_subcommand("decode", "Print CWMP messages, one JSON line each");
    decode->add_option("FILE", files, "bodies, or whole HTTP messages; - is standard input")->required();
    auto* const datamodel = program.add_subcommand("datamodel", "Data models of the Broadband Forum");
    datamodel->require_subcommand(1);
    auto* const import =
        with_config_option(datamodel->add_subcommand("import", "Read data-model XML files into the database"));
    import->add_option("FILE", files, "data-model XML, with all that it imports")->required();
    auto* const recovery = with_config_option(
        program.add_subcommand("recover", "Print a one-time administrator's token for those who are locked out"));
    storage::SeedSettings seeds;
    auto* const seed = with_config_option(
        program.add_subcommand("seed", "Fill a database for measurements with devices that do not exist"));
    seed->add_option("--devices", seeds.devices, "how many")->required()->check(CLI::Range(1L, 10'000'000L));
    seed->add_option("--trees", seeds.trees, "how many of them have a tree")->check(CLI::Range(0L, 1'000'000L));
    seed->add_option("--parameters", seeds.parameters, "of a tree")->capture_default_str()->check(CLI::Range(1, 5'000));
    seed->add_option("--promoted", seeds.promoted, "of them")->capture_default_str()->check(CLI::Range(0, 1'000));
    seed->add_option("--oui", seeds.oui, "of all")->capture_default_str();
    seed->add_option("--product-class", seeds.product_class, "of all")->capture_default_str();
    seed->add_option("--serial-prefix", seeds.serial_prefix, "serial numbers begin with it")->capture_default_str();
    seed->add_option("--serial-digits", seeds.serial_digits, "and end with so many")->capture_default_str();
    seed->add_option("--first", seeds.first, "number of the first")->capture_default_str();
    auto* const version = program.add_subcommand("version", "Print the version");
    try {
        program.parse(argc, argv);
    } catch (CLI::ParseError const& problem) {
        return program.exit(problem) == 0 ? 0 : wrong_usage;
    }
    if (serve->parsed())
        return with_config(config_file, app::serve);
    if (migrate->parsed())
        return with_config(config_file, [&](app::Config const& config) {
            return harden ? app::harden(config, database) : app::migrate(config);
        });
    if (rekey->parsed())
        return with_config(config_file, [&](app::Config const& config) { return app::rekey(config, lost_key); });
    if (check->parsed())
        return with_config(config_file, app::check);
    if (recovery->parsed())
        return with_config(config_file, app::recover);
    if (decode->parsed())
        return app::decode_command(files, std::cout, std::cerr);
    if (import->parsed())
        return with_config(config_file,
                           [&](app::Config const& config) { return app::import_datamodels(config, files); });
    if (seed->parsed())
        return with_config(config_file, [&](app::Config const& config) { return app::seed(config, seeds); });
    if (version->parsed())
        std::cout << "acs " << ACS_VERSION << '\n';
    return 0;
}
