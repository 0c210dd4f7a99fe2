#pragma once

#include "cwmp/codec/soap_context.hpp"
#include "cwmp/envelope.hpp"

namespace cwmp::codec {

/// Writes the SOAP envelope to an output that was started. Returns gSOAP's error, 0 for none.
/// Not for Empty nor for messages without an envelope.
[[nodiscard]] int write_envelope(SoapOutput& output, Envelope const& envelope);

}  // namespace cwmp::codec
