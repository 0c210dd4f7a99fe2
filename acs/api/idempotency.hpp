#pragma once

#include "api/router.hpp"

namespace api {

/// Carries a request out, once for each Idempotency-Key of its caller: a repeat is given the first answer again, for 24
/// hours. Refused requests (4xx) make nothing and free their key. A request without a key is simply carried out; so is
/// one by other methods than POST, which may be repeated anyway, and one by nobody.
[[nodiscard]] Answer carry_out_once(Route const& route, Call call);

}  // namespace api
