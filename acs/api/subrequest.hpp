#pragma once

#include "api/router.hpp"

#include <string>

namespace api {

/// Asks GET of a URL of the API within another request and for its caller, whose part of the fleet holds. That the
/// caller has the permission for it is not looked at again. `head` must outlive the answer.
[[nodiscard]] Answer ask(Context const& context, net::RequestHead const& head, Caller caller, std::string target);

}  // namespace api
