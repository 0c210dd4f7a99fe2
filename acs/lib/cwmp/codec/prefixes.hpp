#pragma once

#include "cwmp/dialect.hpp"

#include <string>

namespace cwmp::codec {

/// Gives an envelope that was written with the prefixes SOAP-ENV, SOAP-ENC and cwmp those of a dialect. Only names and
/// the types in attributes are changed, never text.
[[nodiscard]] std::string with_prefixes_of(Dialect const& dialect, std::string const& envelope);

/// True when the dialect's prefixes are not the ones that are written anyway.
[[nodiscard]] bool has_own_prefixes(Dialect const& dialect);

}  // namespace cwmp::codec
