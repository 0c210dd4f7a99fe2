#include "cli/lists.hpp"
#include "cli/output.hpp"
#include "cli/session.hpp"
#include "cli/task_bodies.hpp"
#include "cli/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ostream>
#include <thread>

namespace cli {

namespace json = boost::json;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds longest_hold{60};  // of one answer; longer waits ask again
constexpr std::chrono::seconds pause{1};          // before a server that was away is asked again

/// What is asked for in one exchange of a wait that ends at `end`.
std::chrono::seconds hold_until(Clock::time_point end)
{
    auto const left = std::chrono::ceil<std::chrono::seconds>(end - Clock::now());
    return std::clamp(left, std::chrono::seconds{0}, longest_hold);
}

bool is_final(json::object const& task)
{
    constexpr std::array<std::string_view, 4> states{"done", "failed", "cancelled", "expired"};
    return std::ranges::find(states, text_of(task, "state")) != states.end();
}

int exit_code(Session const& session, json::object const& task)
{
    if (is_final(task))
        return text_of(task, "state") == "done" ? done : failed;
    return session.asked.wait ? not_finished : done;
}

/// "task 12 failed: 9001 Request denied".
std::string headline(json::object const& task)
{
    auto line = fmt::format("task {} {}", text_of(task, "id"), text_of(task, "state"));
    if (auto const* const fault = task.if_contains("fault"); fault != nullptr && fault->is_object()) {
        auto const code = text_of(fault->get_object(), "code");
        line += fmt::format(": {}{}{}", code, code.empty() ? "" : " ", text_of(fault->get_object(), "text"));
    }
    auto const* const woken = task.if_contains("connection_request");
    if (!is_final(task) && woken != nullptr && woken->is_object())
        if (auto const cause = text_of(woken->get_object(), "cause"); !cause.empty())
            line += fmt::format(" (the device could not be woken: {})", cause);
    return escaped(line);
}

int report(Session const& session, json::object const& task)
{
    if (session.asked.json) {
        print_json(session, task);
        return exit_code(session, task);
    }
    auto const code = exit_code(session, task);
    auto const* const result = task.if_contains("result");
    auto const has_result = result != nullptr && result->is_object() && !result->get_object().empty();
    (code == failed ? session.terminal.error : session.terminal.out)
        << fmt::format("{}{}\n", code == failed ? "acsctl: " : "", headline(task));
    if (has_result)
        session.terminal.out << details(result->get_object());
    return code;
}

/// Asks for the task until it is final or the time is over. A server that is away meanwhile is asked again.
int follow(Session& session, json::object task, Clock::time_point end)
{
    while (!is_final(task) && Clock::now() < end) {
        auto const hold = hold_until(end);
        auto later =
            session.client.get(fmt::format("/tasks/{}?wait={}s", encoded(text_of(task, "id")), hold.count()), hold);
        if (!later && later.error().may_pass() && Clock::now() + pause < end) {
            std::this_thread::sleep_for(pause);
            continue;
        }
        if (!later)
            return complain(session.terminal, fmt::format("task {} is ordered, but nobody tells how it goes: {}",
                                                          escaped(text_of(task, "id")), later.error().what));
        later->insert_or_assign("connection_request",
                                task.contains("connection_request") ? task["connection_request"] : nullptr);
        task = *std::move(later);
    }
    if (auto* const woken = task.if_contains("connection_request"); woken != nullptr && woken->is_null())
        task.erase("connection_request");
    return report(session, task);
}

int send(Session& session, json::object const& body)
{
    auto const target = fmt::format("{}/tasks", device_path(session));
    if (!session.asked.wait) {
        auto const task = session.client.post(target, body);
        return task ? report(session, *task) : complain(session, task.error());
    }
    auto const end = Clock::now() + *session.asked.wait;
    auto const hold = hold_until(end);
    auto task = session.client.post(fmt::format("{}?wait={}s", target, hold.count()), body, hold);
    return task ? follow(session, *std::move(task), end) : complain(session, task.error());
}

}  // namespace

std::optional<json::object> whole_task_body(Session const& session, int& code)
{
    auto body = task_body(session.asked);
    if (!body) {
        code = complain(session.terminal, body.error().what, wrong_usage);
        return std::nullopt;
    }
    if (session.asked.command == "download") {
        auto const file = file_for_download(session);
        if (!file) {
            code = complain(session, file.error());
            return std::nullopt;
        }
        (*body)["file"] = text_of(*file, "id");
        (*body)["file_type"] =
            session.asked.type.empty() ? text_of(*file, "file_type") : download_type(session.asked.type);
        if (!session.asked.version.empty())
            (*body)["expected_version"] = session.asked.version;
    }
    return *std::move(body);
}

int make_task(Session session)
{
    int code = done;
    auto const body = whole_task_body(session, code);
    return body ? send(session, *body) : code;
}

int list_tasks(Session session)
{
    auto target =
        session.asked.device.empty() ? std::string{"/tasks?"} : fmt::format("{}/tasks?", device_path(session));
    if (!session.asked.state.empty())
        target += fmt::format("state={}", encoded(session.asked.state));
    return print_list(session, target,
                      {{"TASK", "id"},
                       {"DEVICE", "device"},
                       {"KIND", "kind"},
                       {"STATE", "state"},
                       {"CREATED", "created"},
                       {"UPDATED", "updated"},
                       {"ORIGIN", "origin"}});
}

int show_task(Session session)
{
    auto task = session.client.get(fmt::format("/tasks/{}", encoded(session.asked.operands[0])));
    if (!task)
        return complain(session, task.error());
    if (session.asked.wait)
        return follow(session, *std::move(task), Clock::now() + *session.asked.wait);
    if (session.asked.json)
        print_json(session, *task);
    else
        session.terminal.out << details(*task);
    return done;
}

int cancel_task(Session session)
{
    auto const task = session.client.remove(fmt::format("/tasks/{}", encoded(session.asked.operands[0])));
    if (!task)
        return complain(session, task.error());
    if (session.asked.json)
        print_json(session, *task);
    else
        session.terminal.out << headline(*task) << '\n';
    return done;
}

}  // namespace cli
