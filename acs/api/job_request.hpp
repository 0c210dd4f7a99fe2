#pragma once

#include "api/problem.hpp"
#include "domain/job.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace api {

inline constexpr std::size_t most_named_devices = 10'000;  ///< of one job
inline constexpr std::uint32_t most_per_minute = 60'000;   ///< of one job

/// A job as somebody asked for it; which devices that means is not looked up yet.
struct JobRequest {
    domain::JobOrder order;
    std::optional<std::string> where, group;
    std::optional<std::vector<std::string>> devices;
    bool is_dry_run = false;
    bool skip_unknown = false;  ///< devices that are not there are left out
};

/// Reads the body of a request for a job: what a task of the kind has, and {"where":...,"per_minute":...} beside it.
/// Fails with 400 for what is no JSON object, with 422 and every bad field for the rest. Looks nothing up.
[[nodiscard]] Outcome<JobRequest> read_job_request(std::string_view body, base::TimePoint now, std::uint32_t max_items);

}  // namespace api
