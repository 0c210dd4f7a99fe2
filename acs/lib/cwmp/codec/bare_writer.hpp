#pragma once

#include "cwmp/dialect.hpp"
#include "cwmp/message.hpp"

#include <string>

namespace cwmp::codec {

/// Writes the messages that travel without a SOAP envelope.
[[nodiscard]] std::string write_bare(Notification const& notification, Dialect const& dialect);
[[nodiscard]] std::string write_bare(XmppConnectionRequest const& request, Dialect const& dialect);

}  // namespace cwmp::codec
