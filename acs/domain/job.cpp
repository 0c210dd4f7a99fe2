#include "domain/job.hpp"

#include "domain/tag.hpp"
#include "domain/task_json.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace domain {

namespace json = boost::json;

namespace {

using namespace std::string_view_literals;

constexpr std::array states{
    std::pair{JobState::running, "running"sv},
    std::pair{JobState::paused, "paused"sv},
    std::pair{JobState::cancelled, "cancelled"sv},
    std::pair{JobState::done, "done"sv},
};

std::uint64_t count_of(TaskCounts const& tasks, TaskState state)
{
    auto const found = tasks.find(state);
    return found == tasks.end() ? 0 : found->second;
}

JobWork read_tags(JsonFields& fields, bool is_removal)
{
    auto tags = fields.texts("tags");
    if (tags.empty())
        fields.complain("tags", R"(must be an array of at least one tag, such as ["gold"])");
    else if (auto const problem = tags_problem(tags); !problem.empty())
        fields.complain("tags", problem);
    return TagWork{plain_tags(std::move(tags)), is_removal};
}

}  // namespace

std::string_view kind_of(JobWork const& work)
{
    if (auto const* const task = std::get_if<TaskArguments>(&work))
        return kind_of(*task);
    if (auto const* const tags = std::get_if<TagWork>(&work))
        return tags->is_removal ? "untag" : "tag";
    return "wake";
}

json::object to_json(JobWork const& work)
{
    if (auto const* const task = std::get_if<TaskArguments>(&work))
        return to_json(*task);
    json::object object;
    if (auto const* const tags = std::get_if<TagWork>(&work))
        object["tags"] = json::array(tags->tags.begin(), tags->tags.end());
    return object;
}

std::expected<JobWork, std::vector<FieldComplaint>> read_job_work(std::string_view kind, json::object const& json)
{
    bool const is_tagging = kind == "tag" || kind == "untag";
    if (!is_tagging && kind != "wake") {
        auto task = read_task_arguments(kind, json);
        if (!task)
            return std::unexpected{std::move(task).error()};
        return JobWork{*std::move(task)};
    }
    JsonFields fields{json};
    JobWork work = WakeWork{};
    if (is_tagging)
        work = read_tags(fields, kind == "untag");
    if (auto complaints = fields.finish_each(); !complaints.empty())
        return std::unexpected{std::move(complaints)};
    return work;
}

std::string_view to_text(JobState state)
{
    for (auto const& [value, name] : states)
        if (value == state)
            return name;
    return "running";
}

std::optional<JobState> job_state(std::string_view text)
{
    for (auto const& [value, name] : states)
        if (name == text)
            return value;
    return std::nullopt;
}

std::uint64_t open_tasks(TaskCounts const& tasks)
{
    std::uint64_t open = 0;
    for (auto const& [state, count] : tasks)
        open += is_final(state) ? 0 : count;
    return open;
}

std::string why_to_stop(JobReview const& review)
{
    auto const all_failed = count_of(review.tasks, TaskState::failed);
    auto const all_ended = count_of(review.tasks, TaskState::done) + all_failed;
    auto const failed = all_failed - std::min(all_failed, review.former_failed);
    auto const ended = all_ended - std::min(all_ended, review.former_ended);
    if (review.most_failed >= 100 || ended < judged_from || failed * 100 <= ended * review.most_failed)
        return {};
    return fmt::format("{} of the {} tasks that ended have failed, more than {} %: look at its faults, then resume or "
                       "cancel it",
                       failed, ended, review.most_failed);
}

bool is_over(JobReview const& review)
{
    bool const is_walked = review.is_walked || review.state == JobState::cancelled;
    return is_walked && open_tasks(review.tasks) == 0;
}

}  // namespace domain
