#pragma once

#include "base/result.hpp"
#include "fleet/settings.hpp"

#include <string>
#include <variant>

namespace sim {

/// `cpe-sim run ...`
struct RunCommand {
    FleetSettings settings;
};

/// `cpe-sim list`
struct ListCommand {};

/// `--help`: print the text and go.
struct HelpCommand {
    std::string text;
};

using Command = std::variant<RunCommand, ListCommand, HelpCommand>;

/// Reads the command line; a configuration file is read first, options stand above it. Fails with what is wrong.
[[nodiscard]] base::Result<Command> parse_command_line(int argc, char const* const* argv);

}  // namespace sim
