#pragma once

#include "base/sealer.hpp"
#include "domain/job.hpp"

#include <pqxx/result>

#include <cstdint>
#include <string>
#include <string_view>

// The tasks of job `j`; the index is used because its condition is repeated word by word.
#define ACS_TASKS_OF_JOB "FROM task t WHERE t.origin = 'job:' || j.job_id AND t.origin LIKE 'job:%'"
// State -> how many of them, as they are now.
#define ACS_COUNTS_OF_JOB                                                                                              \
    "coalesce((SELECT jsonb_object_agg(s.state, s.n) FROM (SELECT t.state, count(*) AS n " ACS_TASKS_OF_JOB            \
    " GROUP BY t.state) s), '{}')"
// What `job_of` reads.
#define ACS_JOB_ROW                                                                                                    \
    "SELECT j.job_id, j.name, j.kind, j.arguments, j.condition, j.group_name, j.part, j.is_list, j.per_minute,"        \
    " j.at_once, j.not_before, j.expires_at, j.window_start, j.window_end, j.wakes, j.most_failed, j.state, "          \
    "j.stopped,"                                                                                                       \
    " j.total, j.is_walked, j.seen, j.ordered, j.skipped_full, j.skipped_state, j.reached, j.unreached,"               \
    " coalesce(j.tasks, " ACS_COUNTS_OF_JOB                                                                            \
    ")::text AS counts, j.retry_of, j.made_at, j.made_by, j.ended_at FROM job j"

namespace storage {

/// For people: secrets read "********".
[[nodiscard]] domain::Job job_of(pqxx::row const& row);

/// {"queued":3,...}.
[[nodiscard]] domain::TaskCounts counts_of(std::string_view json);

/// The arguments of a job as the column keeps them, and back. Opening throws std::runtime_error for what cannot be
/// read.
[[nodiscard]] std::string sealed_work(base::Sealer const& sealer, std::int64_t job, domain::JobWork const& work);
[[nodiscard]] domain::JobWork opened_work(base::Sealer const& sealer, std::int64_t job, std::string_view kind,
                                          std::string_view stored);

}  // namespace storage
