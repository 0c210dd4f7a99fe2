#pragma once

#include "cwmp/codec/element_cursor.hpp"

#include <string_view>

namespace cwmp::codec {

/// Reads the document under `cursor` into `envelope` (all but its facts). Names are compared without namespaces, order
/// and counts do not matter, what is not known is skipped. `cwmp_prefix` is the prefix that was declared for CWMP's
/// namespace: elements of others do not displace its elements. On failure `cursor.failed()` and `envelope` is half
/// read.
void read_envelope(ElementCursor& cursor, std::string_view cwmp_prefix, DecodeLimits const& limits, Envelope& envelope);

}  // namespace cwmp::codec
