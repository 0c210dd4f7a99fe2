#pragma once

#include "cli/profile.hpp"

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <optional>
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
    /// Asks for a text that is not shown while it is typed; none at the end of the input. Null: there is nobody to ask.
    std::function<std::optional<std::string>(std::string const& prompt)> ask_secret;
    bool is_typed = false;  ///< a person answers ask_secret, and may mistype
};

/// acsctl: does what `arguments` (without the program's name) ask for. Returns the exit code: 0 done, 1 failed, 2 wrong
/// usage or configuration, 3 not finished yet.
[[nodiscard]] int run(std::vector<std::string> arguments, Terminal terminal);

}  // namespace cli
