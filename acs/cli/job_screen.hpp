#pragma once

#include <boost/json/object.hpp>

#include <cstddef>
#include <string>

namespace cli {

/// How far a job is, in one line: "[#####.....] 52 %  26 of 50 devices: 20 done, 3 failed, 3 open".
[[nodiscard]] std::string job_progress(boost::json::object const& job);

/// All of a job on one screen: what it does, how far it is, how its tasks fare, what went wrong. Foreign text is made
/// harmless.
[[nodiscard]] std::string job_screen(boost::json::object const& job, std::size_t width);

}  // namespace cli
