#pragma once

#include "cwmp/codec/soap_context.hpp"
#include "cwmp/envelope.hpp"

namespace cwmp::codec {

/// Writes the SOAP envelope through a context that was made ready for writing. Returns gSOAP's error, 0 for none.
/// Not for Empty nor for messages without an envelope.
[[nodiscard]] int write_envelope(SoapContext& context, Envelope const& envelope);

}  // namespace cwmp::codec
