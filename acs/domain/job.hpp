#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/device.hpp"
#include "domain/json_fields.hpp"
#include "domain/task.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace domain {

/// Puts labels on devices, or takes them off: "tag", "untag".
struct TagWork {
    std::vector<std::string> tags;
    bool is_removal = false;
};
/// Has devices open a session: "wake".
struct WakeWork {};
/// What a job does to each of its devices. A task is made for the first alternative only.
using JobWork = std::variant<TaskArguments, TagWork, WakeWork>;

/// A kind of task, "tag", "untag" or "wake".
[[nodiscard]] std::string_view kind_of(JobWork const& work);
/// The arguments, as the API takes them and the database keeps them.
[[nodiscard]] boost::json::object to_json(JobWork const& work);
/// Reads what to_json wrote or what a client sent. Fails with every bad field.
[[nodiscard]] std::expected<JobWork, std::vector<FieldComplaint>> read_job_work(std::string_view kind,
                                                                                boost::json::object const& json);

/// How a job stands.
enum class JobState {
    running,    ///< devices get their turns, or their tasks are waited for
    paused,     ///< by a person, or by itself (Job::stopped); tasks that were made go on
    cancelled,  ///< no more turns; tasks that were not begun are cancelled, too
    done,       ///< every device had its turn, and every task came to its end
};

[[nodiscard]] std::string_view to_text(JobState state);
[[nodiscard]] std::optional<JobState> job_state(std::string_view text);

/// What somebody wants done to many devices.
struct JobOrder {
    std::string name;  ///< for people; may be empty
    JobWork work;
    std::string where;                     ///< a condition as in a search
    std::string group;                     ///< that a part of `where` was taken from
    std::string part;                      ///< what whoever ordered it may see, as a condition; empty: the whole fleet
    bool is_list = false;                  ///< the devices were named one by one; `where` is empty
    std::uint32_t per_minute = 600;        ///< devices that get their turn, at most
    std::optional<std::uint32_t> at_once;  ///< tasks that are open at the same time, at most
    std::optional<base::TimePoint> not_before, expires_at;  ///< of the job, and of each of its tasks
    std::optional<TaskWindow> window;                       ///< of each of its tasks
    bool wakes = false;                                     ///< devices are woken for their tasks
    std::uint32_t most_failed = 20;                         ///< per cent of the tasks that ended; 100: any
    std::optional<std::uint64_t> total;                     ///< devices that were meant when it was ordered
    std::string by;
    std::optional<std::int64_t> retry_of;
};

/// How many tasks a job must have seen end before it stops because of those that failed.
inline constexpr std::uint64_t judged_from = 50;

using TaskCounts = std::map<TaskState, std::uint64_t>;

struct Job {
    std::int64_t id = 0;
    JobOrder order;  ///< secrets in it may read "********"
    JobState state = JobState::running;
    std::string stopped;  ///< why it does not go on, or did not come to all devices, when no person wants that
    base::TimePoint made_at{};
    std::optional<base::TimePoint> ended_at;
    bool is_walked = false;           ///< every device had its turn
    std::uint64_t seen = 0;           ///< devices that had their turn
    std::uint64_t ordered = 0;        ///< for which a task was made, whose labels changed or that were to be woken
    std::uint64_t skipped_full = 0;   ///< passed over: as many open tasks, or labels, as a device may have
    std::uint64_t skipped_state = 0;  ///< passed over: retired, rejected or gone
    std::uint64_t reached = 0, unreached = 0;  ///< when they were woken
    TaskCounts tasks;
};

/// One way in which tasks of a job failed.
struct JobFault {
    std::optional<unsigned> code;
    std::string text;  ///< the commonest one
    std::uint64_t tasks = 0;
    std::vector<cwmp::DeviceId> examples;  ///< a few devices
};

/// What a job is judged by.
struct JobReview {
    std::int64_t id = 0;
    JobState state = JobState::running;
    bool is_walked = false;
    std::uint32_t most_failed = 20;  ///< per cent
    TaskCounts tasks;
    std::uint64_t former_ended = 0, former_failed = 0;  ///< those that a person who resumed it knew of
};

/// Why the job must not go on; empty: it may. Counts what ended since a person last looked.
[[nodiscard]] std::string why_to_stop(JobReview const& review);
/// True when nothing will happen any more.
[[nodiscard]] bool is_over(JobReview const& review);

/// How many of the tasks are not final.
[[nodiscard]] std::uint64_t open_tasks(TaskCounts const& tasks);

}  // namespace domain
