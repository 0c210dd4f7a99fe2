#pragma once

#include <stdexcept>

namespace base {

/// Thrown when something the program cannot work without (the database, a file system) did not answer in time.
/// Nothing is known about whether the work was done. Ends the session or request that met it, nothing else.
class Unavailable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace base
