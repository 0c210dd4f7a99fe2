#pragma once

#include "domain/job.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <vector>

namespace api {

/// The schema Job of docs/api/openapi.yaml. Secrets are masked.
[[nodiscard]] boost::json::object view_of(domain::Job const& job);
[[nodiscard]] boost::json::array view_of(std::vector<domain::JobFault> const& faults);

}  // namespace api
