#pragma once

#include "cwmp/codec/element_cursor.hpp"

namespace cwmp::codec {

/// Reads the SOAP fault under `cursor`, and passes it.
[[nodiscard]] Fault read_fault(ElementCursor& cursor, DecodeLimits const& limits);

}  // namespace cwmp::codec
