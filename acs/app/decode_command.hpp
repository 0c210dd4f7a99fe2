#pragma once

#include <iosfwd>
#include <span>
#include <string>

namespace app {

/// `acs decode FILE...`: prints each CWMP message as one JSON line on `out`. A file is a body, or a whole HTTP request
/// or response with its headers, or a trace (domain/trace_text.hpp) of any number of messages, each of which is a line
/// with `from`, `seconds` and `status` beside what it says; "-" is the standard input. Each one that is refused gives
/// one line on `err` that says why. Returns 0 when all were read, else 1.
int decode_command(std::span<std::string const> files, std::ostream& out, std::ostream& err);

}  // namespace app
