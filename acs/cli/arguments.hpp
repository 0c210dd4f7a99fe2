#pragma once

#include "cli/invocation.hpp"

#include <CLI/CLI.hpp>

namespace cli {

/// As many operands as there are.
inline constexpr int many = CLI::detail::expected_max_vector_size;

struct Operands {
    char const* name = nullptr;
    char const* help = nullptr;
    int least = 0;
    int most = 0;
};

/// A command on one device.
CLI::App* on_device(CLI::App& app, Invocation& invocation, char const* name, char const* help, Operands operands = {});

/// Options of commands that make tasks: when they are carried out.
void add_times(CLI::App& command, Invocation& invocation);
/// Options of commands that have a device fetch a file.
void add_file_options(CLI::App& command, Invocation& invocation);
void add_limit(CLI::App& command, Invocation& invocation);

/// Commands on many devices: tags, groups, jobs (fleet_arguments.cpp).
void add_fleet(CLI::App& app, Invocation& invocation);

}  // namespace cli
