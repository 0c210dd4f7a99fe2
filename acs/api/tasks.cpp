#include "api/audit.hpp"
#include "api/device_lookup.hpp"
#include "api/endpoints.hpp"
#include "api/query.hpp"
#include "api/task_checks.hpp"
#include "api/task_order.hpp"
#include "api/task_request.hpp"
#include "api/views.hpp"
#include "api/visible_page.hpp"
#include "api/wake_view.hpp"
#include "api/waking.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "cwmp/device_id.hpp"
#include "domain/wakeup.hpp"

#include <fmt/format.h>

#include <chrono>
#include <memory>

namespace api {

namespace {

constexpr char tasks_cursor = 't';

/// Wakes the device, if the task may run now, while the task is waited for: whichever way its session comes about, the
/// task's end counts.
base::Awaitable<Waking> wake_and_wait(Context const& context, domain::TaskRow& row, bool is_due,
                                      std::chrono::milliseconds most)
{
    auto waking = std::make_shared<std::optional<domain::WakeOutcome>>();
    if (is_due)
        waking = co_await begin_waking(context.services.waker, row.task.device, most);
    if (auto later = co_await context.services.inventory.wait_for_task(row.task.id, most))
        row = *std::move(later);
    co_return waking;
}

/// The task that this request made when it was tried before.
base::Awaitable<std::optional<domain::TaskRow>> made_before(Call const& call)
{
    if (!call.claim || call.claim->attempt == 1)
        co_return std::nullopt;
    co_return co_await call.context.services.inventory.find_task(domain::TaskId{call.claim->reserved_id});
}

net::Response created(domain::TaskRow const& row, boost::json::object body)
{
    auto response = json_response(201, body);
    response.headers.set("Location", fmt::format("/api/v1/tasks/{}", row.task.id.value()));
    return response;
}

std::optional<domain::TaskState> read_state(Query& query)
{
    auto const text = query.text("state");
    if (!text)
        return std::nullopt;
    auto const state = domain::task_state(*text);
    if (!state)
        query.add_error("state", "must be queued, sent, waiting, unknown, done, failed, cancelled or expired.");
    return state;
}

/// The task that a URL's segment means; none when there is none whose device the caller may see.
base::Awaitable<std::optional<domain::TaskRow>> find_task(Call const& call)
{
    auto const id = parse_id(call.argument);
    if (!id)
        co_return std::nullopt;
    auto row = co_await call.context.services.inventory.find_task(domain::TaskId{*id});
    if (!row)
        co_return std::nullopt;
    bool const is_seen = co_await is_visible(call, row->task.device);
    if (!is_seen)
        co_return std::nullopt;
    co_return row;
}

base::Awaitable<net::Response> list(Call const& call, domain::TaskQuery query)
{
    auto const read = [&inventory = call.context.services.inventory, &query](domain::TaskRow const* last,
                                                                             unsigned at_once) {
        auto wanted = query;
        wanted.after = last != nullptr ? last->task.id.value() : query.after;
        wanted.limit = at_once;
        return inventory.tasks(std::move(wanted));
    };
    auto const device_of = [](domain::TaskRow const& row) { return row.task.device; };
    auto const page = co_await visible_page<domain::TaskRow>(call, query.limit, read, device_of);
    boost::json::array items;
    for (auto const& row : page.rows)
        items.push_back(api::view_of(row));
    std::optional<std::string> next;
    if (page.last)
        next = make_cursor(tasks_cursor, std::to_string(page.last->task.id.value()));
    co_return list_response(std::move(items), next);
}

/// What both lists of tasks take.
domain::TaskQuery read_list_query(Query& query)
{
    domain::TaskQuery wanted;
    wanted.state = read_state(query);
    wanted.limit = query.limit();
    wanted.after = query.after_number(tasks_cursor);
    return wanted;
}

}  // namespace

Answer create_task(Call call)
{
    Query query{call.request.query()};
    auto const most = query.wait(call.context.settings.max_wait);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const& services = call.context.services;
    auto task = read_task_request(call.request.body, services.clock.now(), call.context.settings.max_items);
    if (!task)
        co_return std::unexpected{std::move(task).error()};
    if (auto checked = check_permission(call.caller, task->arguments); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const device = co_await find_device(call, std::string{call.argument});
    if (!device)
        co_return std::unexpected{device.error()};
    auto const is_due = task->not_before <= services.clock.now();
    auto row = co_await made_before(call);
    if (!row) {
        if (auto checked = co_await check_task(call.context, *device, *task); !checked)
            co_return std::unexpected{std::move(checked).error()};
        row = co_await add_task(call, *device, *std::move(task));
    }
    if (!most)
        co_return created(*row, api::view_of(*row));
    auto const waking = co_await wake_and_wait(call.context, *row, is_due, *most);
    auto body = api::view_of(*row);
    body["connection_request"] = *waking ? boost::json::value(api::view_of(**waking)) : nullptr;
    co_return created(*row, std::move(body));
}

Answer list_device_tasks(Call call)
{
    Query query{call.request.query()};
    auto wanted = read_list_query(query);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const device = co_await find_device(call, std::string{call.argument});
    if (!device)
        co_return std::unexpected{device.error()};
    wanted.device = device->key;
    co_return co_await list(call, wanted);
}

Answer list_tasks(Call call)
{
    Query query{call.request.query()};
    auto const wanted = read_list_query(query);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    co_return co_await list(call, wanted);
}

Answer get_task(Call call)
{
    Query query{call.request.query()};
    auto const most = query.wait(call.context.settings.max_wait);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto row = co_await find_task(call);
    if (row && most)
        row = co_await call.context.services.inventory.wait_for_task(row->task.id, *most);
    if (!row)
        co_return not_found("task", call.argument);
    co_return json_response(200, api::view_of(*row));
}

Answer cancel_task(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const found = co_await find_task(call);
    if (!found)
        co_return not_found("task", call.argument);
    auto const row = co_await call.context.services.inventory.cancel_task(found->task.id);
    if (!row)
        co_return not_found("task", call.argument);
    auto const id = row->task.id.value();
    if (row->task.state != domain::TaskState::cancelled)
        co_return problem(
            409, "conflict",
            fmt::format("Task {} is {} and cannot be cancelled any more: only tasks that wait in the queue can.", id,
                        domain::to_text(row->task.state)));
    base::log::info("api.task_cancelled", {{"task", id}, {"by", call.caller.name}});
    if (found->task.state != domain::TaskState::cancelled)
        co_await audit(call, "task.cancelled", fmt::format("task {}", id),
                       boost::json::object{{"state", domain::to_text(found->task.state)}},
                       boost::json::object{{"state", "cancelled"}}, row->task.device);
    co_return json_response(200, api::view_of(*row));
}

}  // namespace api
