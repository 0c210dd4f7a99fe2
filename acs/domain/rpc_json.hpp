#pragma once

#include "base/result.hpp"
#include "cwmp/message.hpp"

#include <boost/json/object.hpp>

#include <string_view>

namespace domain {

/// Builds a request of the ACS from its method's name and its arguments in snake_case, as cwmp::to_json writes them.
/// A method that TR-069 does not know ("X_...") takes {"raw": XML} and is passed through.
/// Fails with a sentence that names the bad argument.
[[nodiscard]] base::Result<cwmp::Message> rpc_request(std::string_view method, boost::json::object const& arguments);

/// The reverse of rpc_request: the arguments alone, without the method.
[[nodiscard]] boost::json::object rpc_arguments(cwmp::Message const& request);

}  // namespace domain
