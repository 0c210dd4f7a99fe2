#include "cli/job_screen.hpp"

#include "cli/output.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace cli {

namespace json = boost::json;

namespace {

constexpr std::size_t bar_columns = 24;

std::uint64_t number(json::object const& object, std::string_view name)
{
    auto const* const value = object.if_contains(name);
    boost::system::error_code error;
    auto const found = value == nullptr ? 0 : value->to_number<std::uint64_t>(error);
    return error ? 0 : found;
}

json::object const& part(json::object const& object, std::string_view name)
{
    static json::object const nothing;
    auto const* const value = object.if_contains(name);
    return value != nullptr && value->is_object() ? value->get_object() : nothing;
}

/// How many devices are through with it, however it went.
struct Progress {
    std::uint64_t total = 0, over = 0;

    explicit Progress(json::object const& job)
    {
        auto const& tasks = part(job, "tasks");
        auto const& skipped = part(job, "skipped");
        auto const passed_over = number(skipped, "full") + number(skipped, "state");
        std::uint64_t ended = 0, made = 0;
        for (auto const* const state : {"done", "failed", "cancelled", "expired"})
            ended += number(tasks, state);
        for (auto const* const state : {"queued", "sent", "waiting", "unknown"})
            made += number(tasks, state);
        made += ended;
        // Tags and wake-ups are over when a device had its turn.
        over = passed_over + (made == 0 ? number(job, "seen") - std::min(number(job, "seen"), passed_over) : ended);
        auto const* const walked = job.if_contains("all_seen");
        bool const is_walked = walked != nullptr && walked->is_bool() && walked->get_bool();
        total = is_walked ? number(job, "seen") : std::max(number(job, "total"), number(job, "seen"));
    }
    [[nodiscard]] std::uint64_t percent() const
    {
        return total == 0 ? 0 : std::min<std::uint64_t>(100, over * 100 / total);
    }
};

std::string state_counts(json::object const& job)
{
    std::string text;
    for (auto const& member : part(job, "tasks"))
        if (auto const count = member.value().to_number<std::uint64_t>(); count > 0)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count,
                                std::string_view{member.key().data(), member.key().size()});
    return text;
}

std::string skipped_counts(json::object const& job)
{
    std::string text;
    auto const& skipped = part(job, "skipped");
    if (auto const full = number(skipped, "full"); full > 0)
        text = fmt::format("{} with as many open tasks or tags as a device may have", full);
    if (auto const state = number(skipped, "state"); state > 0)
        text += fmt::format("{}{} retired, rejected or gone", text.empty() ? "" : ", ", state);
    return text;
}

std::string wake_counts(json::object const& job)
{
    auto const& wakes = part(job, "wakes");
    auto const reached = number(wakes, "reached"), unreached = number(wakes, "unreached");
    return reached + unreached == 0 ? "" : fmt::format("{} came, {} did not", reached, unreached);
}

std::string faults(json::object const& job, std::size_t width)
{
    std::vector<json::object> rows;
    if (auto const* const list = job.if_contains("faults"); list != nullptr && list->is_array())
        for (auto const& each : list->get_array())
            if (each.is_object())
                rows.push_back(each.get_object());
    if (rows.empty())
        return {};
    return '\n' +
           table(rows, {{"FAULT", "code"}, {"TASKS", "tasks"}, {"TEXT", "text"}, {"FOR INSTANCE", "examples"}}, width);
}

std::string limits(json::object const& job)
{
    auto text = fmt::format("{} devices a minute", number(job, "per_minute"));
    if (auto const at_once = number(job, "at_once"); at_once > 0)
        text += fmt::format(", {} at once", at_once);
    if (auto const& window = part(job, "window"); !window.empty())
        text += fmt::format(", from {} to {}", text_of(window, "from"), text_of(window, "until"));
    return text;
}

}  // namespace

std::string job_progress(json::object const& job)
{
    Progress const progress{job};
    auto const filled = static_cast<std::size_t>(progress.percent()) * bar_columns / 100;
    auto const counts = state_counts(job);
    return escaped(fmt::format("[{}{}] {} %  {} of {} devices{}{}", std::string(filled, '#'),
                               std::string(bar_columns - filled, '.'), progress.percent(), progress.over,
                               progress.total, counts.empty() ? "" : ": ", counts));
}

std::string job_screen(json::object const& job, std::size_t width)
{
    auto const name = text_of(job, "name");
    auto const heading = fmt::format("job {}{}{}: {}, {}", text_of(job, "id"), name.empty() ? "" : " ", name,
                                     text_of(job, "kind"), text_of(job, "state"));
    auto const& arguments = part(job, "arguments");
    return escaped(heading) + '\n' + job_progress(job) + "\n\n" +
           pairs({{"stopped", text_of(job, "stopped")},
                  {"what", arguments.empty() ? "" : json::serialize(arguments)},
                  {"where", text_of(job, "where")},
                  {"group", text_of(job, "group")},
                  {"part of the fleet", text_of(job, "part")},
                  {"limits", limits(job)},
                  {"not before", text_of(job, "not_before")},
                  {"expires", text_of(job, "expires_at")},
                  {"passed over", skipped_counts(job)},
                  {"woken", wake_counts(job)},
                  {"ordered by", text_of(job, "made_by")},
                  {"ordered at", text_of(job, "made_at")},
                  {"ended at", text_of(job, "ended_at")},
                  {"repeats job", text_of(job, "retry_of")}}) +
           faults(job, width);
}

}  // namespace cli
