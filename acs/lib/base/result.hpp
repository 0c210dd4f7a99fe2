#pragma once

#include <expected>
#include <string>
#include <utility>

namespace base {

/// Why something that a caller must expect went wrong: malformed input, an unknown device, a refused login.
/// The text is a whole sentence for the person who reads it: what was wrong, where, and what to do.
/// Outages (database gone, disk full) are thrown as `Unavailable` or another std::exception instead.
struct Error {
    std::string what;
};

/// The outcome of an operation whose failure the caller is expected to handle.
template <class T, class E = Error>
using Result = std::expected<T, E>;

/// Shorthand for the failing side: `return base::fail("the port must be 1-65535, not {}", port)` with fmt outside.
[[nodiscard]] inline std::unexpected<Error> fail(std::string what)
{
    return std::unexpected{Error{std::move(what)}};
}

}  // namespace base
