#pragma once

#include <iosfwd>
#include <span>
#include <string>

namespace app {

/// `acs decode FILE...`: prints each CWMP message as one JSON line on `out`. A file is a body, or a whole HTTP request
/// or response with its headers; "-" is the standard input. Each one that is refused gives one line on `err` that says
/// why. Returns 0 when all were read, else 1.
int decode_command(std::span<std::string const> files, std::ostream& out, std::ostream& err);

}  // namespace app
