#pragma once

#include "api/router.hpp"

namespace api {

/// Carries a request out as carry_out_once does. One that may change something is written down first, in the audit
/// trail's intents: should the server die, or the database go away, before the entry of what it changed is written, the
/// trail tells who began what (domain::AuditIntent).
[[nodiscard]] Answer carry_out_on_record(Route const& route, Call call);

}  // namespace api
