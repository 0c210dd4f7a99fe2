#pragma once

#include "base/result.hpp"
#include "domain/traces.hpp"

#include <string>
#include <string_view>

namespace domain {

/// A trace as a text that people read and `acs decode` takes:
///
///     ACS-Trace/1
///     Session: 77
///     Device: 00D09E-HG%2D1000-S1
///     ...
///
///     >>> 0.000 Inform bytes=3120 text=3098
///     User-Agent: HG-1000/1.2
///
///     <SOAP-ENV:Envelope ...
///     <<< 0.012 InformResponse status=200 bytes=612 text=612
///
///     <SOAP-ENV:Envelope ...
///
/// A message begins with a line that says who spoke (>>> the CPE), when (seconds since the session's begin), what, how
/// many bytes passed and how many of text follow; then lines with headers and what is missing; an empty line; the text;
/// a line end.
[[nodiscard]] std::string to_text(Trace const& trace);

/// Reads such a text. Fails naming the byte where it makes no sense.
[[nodiscard]] base::Result<Trace> trace_of(std::string_view text);

/// True for a text that trace_of may be tried on.
[[nodiscard]] bool is_trace(std::string_view text) noexcept;

}  // namespace domain
