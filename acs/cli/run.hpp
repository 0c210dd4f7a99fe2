#pragma once

#include "cli/profile.hpp"

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace cli {

/// What the program was started in.
struct Terminal {
    std::ostream& out;
    std::ostream& error;
    std::size_t width = 0;  ///< columns; 0: not a terminal, tables get as wide as they are
    Environment environment;
    bool error_is_terminal = false;  ///< a person watches `error`: progress may be shown there
};

/// acsctl: does what `arguments` (without the program's name) ask for. Returns the exit code: 0 done, 1 failed, 2 wrong
/// usage or configuration, 3 not finished yet.
[[nodiscard]] int run(std::vector<std::string> arguments, Terminal terminal);

}  // namespace cli
