#pragma once

#include "cwmp/message.hpp"
#include "cwmp/path.hpp"
#include "datamodel/tree.hpp"

#include <string>
#include <vector>

namespace session {

/// What is read of a device that is not let in: who it is, and no more. A path for each data model.
[[nodiscard]] std::vector<std::string> device_info_paths(std::vector<cwmp::Root> const& roots);

/// What a device says of itself, in a clause for people, with what was known before where that differs. Pure.
[[nodiscard]] std::string described(std::vector<cwmp::ParameterValue> const& values,
                                    datamodel::ParameterTree const& known);

}  // namespace session
