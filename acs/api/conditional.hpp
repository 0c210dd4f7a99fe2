#pragma once

#include "api/router.hpp"

namespace api {

/// Carries a request out under its conditions (RFC 9110 13): an answer of JSON to GET has an ETag, and If-None-Match
/// with it is answered with 304. What changes a thing that can be read at the same URL is done under the thing's lock,
/// on all nodes, and with If-Match only while it is as it was: else 412 with the present ETag.
[[nodiscard]] Answer carry_out_conditionally(Route const& route, Call call);

}  // namespace api
