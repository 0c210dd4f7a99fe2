#pragma once

#include <stdexcept>

namespace base {

/// Thrown where Boost.Beast and toml++ assert: their parsers meet foreign bytes, and what they did not think of must
/// end one connection, or fail one file, not the process.
class BrokenAssumption : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

}  // namespace base
