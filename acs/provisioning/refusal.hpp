#pragma once

#include <cstddef>
#include <string>

namespace provisioning {

/// Thrown inside the guard when a text is refused, and turned into a GuardError before it leaves: the checks are
/// recursive, and a refusal ends all of them.
struct Refusal {
    std::size_t offset;  ///< byte of the user's text
    std::string reason;  ///< part of a sentence
    std::string hint;    ///< a whole sentence
};

}  // namespace provisioning
