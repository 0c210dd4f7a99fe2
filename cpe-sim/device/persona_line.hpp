#pragma once

#include "base/result.hpp"
#include "device/persona.hpp"

#include <cstddef>
#include <expected>
#include <string_view>
#include <vector>

/// The lines of a persona's text, one by one; cpe-sim/personas/README.md describes them.
namespace sim::persona_text {

/// A line that says something, without its indentation.
struct Line {
    std::size_t number;     ///< in the file, from 1
    std::size_t level;      ///< of indentation: two blanks each
    std::string_view text;  ///< points into the file's text
};

using Lines = std::vector<Line>;

/// A failure that names the line, for the person who writes the persona.
[[nodiscard]] std::unexpected<base::Error> at(Line const& line, std::string_view what);

/// The lines of `text` without empty ones and comments. Fails for an indentation by an odd number of blanks.
[[nodiscard]] base::Result<Lines> split(std::string_view text);

/// "Channel uint w range=1..255 = 6 | 44". Fails naming what is wrong with it.
[[nodiscard]] base::Result<ParameterSpec> read_parameter(Line const& line);

/// "WiFi." or "SSID.[4] w", without what is below it. Fails naming what is wrong with it.
[[nodiscard]] base::Result<ObjectSpec> read_object(Line const& line);

}  // namespace sim::persona_text
