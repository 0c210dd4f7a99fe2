#pragma once

#include <stdexcept>

namespace base {

/// Thrown where Boost.Beast asserts: its parser of HTTP meets foreign bytes, and what it did not think of must end one
/// connection, not the process.
class BrokenAssumption : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

}  // namespace base
