#pragma once

#include "base/result.hpp"
#include "fleet/settings.hpp"
#include "load/scenario.hpp"

#include <string>
#include <variant>

namespace sim {

/// `cpe-sim run ...`
struct RunCommand {
    FleetSettings settings;
};

/// `cpe-sim list`
struct ListCommand {};

/// `cpe-sim load SCENARIO.toml`
struct LoadCommand {
    Scenario scenario;
    std::string ledger;  ///< empty: none is kept
    bool json = false;
    std::string log_level = "warning";
};

/// `cpe-sim verify --ledger FILE --database URL`
struct VerifyCommand {
    std::string ledger;
    std::string database;
};

/// `--help`: print the text and go.
struct HelpCommand {
    std::string text;
};

using Command = std::variant<RunCommand, ListCommand, LoadCommand, VerifyCommand, HelpCommand>;

/// Reads the command line; a configuration file is read first, options stand above it. Fails with what is wrong.
[[nodiscard]] base::Result<Command> parse_command_line(int argc, char const* const* argv);

}  // namespace sim
