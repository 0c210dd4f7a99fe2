// Work on many devices.
#include "base/csv.hpp"
#include "cli/job_screen.hpp"
#include "cli/lists.hpp"
#include "cli/output.hpp"
#include "cli/session.hpp"
#include "cli/task_bodies.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <ostream>
#include <thread>
#include <utility>
#include <variant>

namespace cli {

namespace json = boost::json;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds look{1'000};  ///< between two looks at a job that is waited for

constexpr std::string_view usage =
    "give job ID, job add KIND OPERAND..., job pause ID, job resume ID, job cancel ID, job retry ID or job tasks ID; "
    "KIND is a command that makes a task, or tag, untag or wake";

std::string path_of(std::string_view id)
{
    return fmt::format("/jobs/{}", encoded(id));
}

/// The ids in a file: one in each line, or in the first column of a CSV. A line that says "id" is a heading.
std::optional<json::array> read_ids(Session const& session)
{
    std::ifstream file{session.asked.job.devices, std::ios::binary};
    std::string const text{std::istreambuf_iterator<char>{file}, {}};
    if (!file) {
        complain(session.terminal, fmt::format("{} cannot be read", session.asked.job.devices), wrong_usage);
        return std::nullopt;
    }
    base::CsvReader reader;
    reader.push(text);
    reader.finish();
    json::array ids;
    while (auto const item = reader.next()) {
        if (auto const* const problem = std::get_if<base::CsvProblem>(&*item)) {
            complain(session.terminal,
                     fmt::format("{}, line {}: {}", session.asked.job.devices, problem->line, problem->reason),
                     wrong_usage);
            return std::nullopt;
        }
        auto const& record = std::get<base::CsvRecord>(*item);
        if (!record.fields.empty() && !record.fields[0].empty() && record.fields[0] != "id")
            ids.emplace_back(record.fields[0]);
    }
    return ids;
}

/// What is done to each device.
std::optional<json::object> work_body(Session const& session, int& code)
{
    auto asked = session.asked;
    asked.command = asked.operands[1];
    asked.operands.erase(asked.operands.begin(), asked.operands.begin() + 2);
    if (asked.command == "tag" || asked.command == "untag")
        return json::object{{"kind", asked.command},
                            {"tags", json::array(asked.operands.begin(), asked.operands.end())}};
    if (asked.command == "wake")
        return json::object{{"kind", "wake"}};
    if (!makes_task(asked.command)) {
        code = complain(session.terminal, usage, wrong_usage);
        return std::nullopt;
    }
    return whole_task_body({asked, session.client, session.terminal, session.server}, code);
}

bool add_devices(Session const& session, json::object& body)
{
    auto const& asked = session.asked;
    if (!asked.where.empty())
        body["where"] = asked.where;
    if (!asked.group.empty())
        body["group"] = asked.group;
    if (asked.job.devices.empty())
        return true;
    auto ids = read_ids(session);
    if (ids)
        body["devices"] = *std::move(ids);
    return ids.has_value();
}

void add_options(Invocation const& asked, json::object& body)
{
    if (!asked.job.name.empty())
        body["name"] = asked.job.name;
    if (asked.rate > 0)
        body["per_minute"] = asked.rate;
    if (asked.job.at_once > 0)
        body["at_once"] = asked.job.at_once;
    if (asked.job.most_failed)
        body["max_failed_percent"] = *asked.job.most_failed;
    for (auto const& [name, flag] :
         {std::pair{"wake", asked.job.wake}, {"skip_unknown", asked.job.skip_unknown}, {"dry_run", asked.dry_run}})
        if (flag)
            body[name] = true;
}

int exit_code(Session const& session, json::object const& job)
{
    auto const state = text_of(job, "state");
    if (state == "running")
        return session.asked.wait ? not_finished : done;
    auto const* const tasks = job.if_contains("tasks");
    bool const all_well = tasks != nullptr && tasks->is_object() && text_of(tasks->get_object(), "failed") == "0";
    return state == "done" && all_well ? done : session.asked.wait ? failed : done;
}

/// Shows how far a job is, again and again, until it does not go on or the time is over. A server that is away
/// meanwhile is asked again.
int follow(Session const& session, json::object job, Clock::time_point end)
{
    bool const is_watched = session.terminal.error_is_terminal && !session.asked.json;
    while (text_of(job, "state") == "running" && Clock::now() < end) {
        if (is_watched)
            session.terminal.error << "\r\x1b[K" << job_progress(job) << std::flush;
        std::this_thread::sleep_for(std::min<Clock::duration>(look, end - Clock::now()));
        auto later = session.client.get(path_of(text_of(job, "id")));
        if (!later && later.error().may_pass() && Clock::now() < end)
            continue;
        if (!later)
            return complain(session.terminal, fmt::format("job {} is ordered, but nobody tells how it goes: {}",
                                                          text_of(job, "id"), later.error().what));
        job = *std::move(later);
    }
    if (is_watched)
        session.terminal.error << "\r\x1b[K";
    if (session.asked.json)
        print_json(session, job);
    else
        session.terminal.out << job_screen(job, session.terminal.width);
    return exit_code(session, job);
}

int show(Session const& session, Reply<json::object> job)
{
    if (!job)
        return complain(session, job.error());
    return follow(session, *std::move(job), Clock::now() + session.asked.wait.value_or(std::chrono::seconds{0}));
}

int add_job(Session const& session)
{
    int code = done;
    auto body = work_body(session, code);
    if (!body)
        return code;
    if (!add_devices(session, *body))
        return wrong_usage;
    add_options(session.asked, *body);
    auto answer = session.client.post("/jobs", *body);
    if (session.asked.dry_run)
        return print(session, answer);
    return show(session, std::move(answer));
}

int list_job_tasks(Session const& session, std::string const& id)
{
    auto target = path_of(id) + "/tasks?";
    if (!session.asked.state.empty())
        target += fmt::format("state={}", encoded(session.asked.state));
    return print_list(session, target,
                      {{"TASK", "id"}, {"DEVICE", "device"}, {"STATE", "state"}, {"UPDATED", "updated"}});
}

}  // namespace

int list_jobs(Session session)
{
    std::string target = "/jobs?";
    if (!session.asked.state.empty())
        target += fmt::format("state={}", encoded(session.asked.state));
    return print_list(session, target,
                      {{"ID", "id"},
                       {"NAME", "name"},
                       {"KIND", "kind"},
                       {"STATE", "state"},
                       {"DEVICES", "total"},
                       {"SEEN", "seen"},
                       {"BY", "made_by"},
                       {"ORDERED", "made_at"},
                       {"STOPPED", "stopped"}});
}

int job(Session session)
{
    auto const& operands = session.asked.operands;
    if (operands[0] == "add" && operands.size() >= 2)
        return add_job(session);
    if (operands.size() == 1 && operands[0] != "add")
        return show(session, session.client.get(path_of(operands[0])));
    if (operands.size() != 2)
        return complain(session.terminal, usage, wrong_usage);
    if (operands[0] == "tasks")
        return list_job_tasks(session, operands[1]);
    constexpr std::string_view verbs[] = {"pause", "resume", "cancel", "retry"};
    if (std::ranges::find(verbs, operands[0]) == std::end(verbs))
        return complain(session.terminal, usage, wrong_usage);
    return show(session, session.client.post(fmt::format("{}/{}", path_of(operands[1]), operands[0]), {}));
}

}  // namespace cli
