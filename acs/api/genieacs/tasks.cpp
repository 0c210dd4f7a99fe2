#include "api/audit.hpp"
#include "api/genieacs/document_list.hpp"
#include "api/genieacs/endpoints.hpp"
#include "api/genieacs/filter_match.hpp"
#include "api/genieacs/kept_tasks.hpp"
#include "api/genieacs/lookup.hpp"
#include "api/genieacs/task_body.hpp"
#include "api/genieacs/task_document.hpp"
#include "api/query.hpp"
#include "api/task_checks.hpp"
#include "api/task_order.hpp"
#include "api/task_request.hpp"
#include "api/waking.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "cwmp/device_id.hpp"
#include "domain/failed_tasks.hpp"
#include "domain/file.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace api::genieacs {

namespace json = boost::json;

namespace {

constexpr std::string_view not_processed = "Task queued but not processed";
constexpr std::chrono::milliseconds look{200};        ///< between two looks at a task that is waited for
constexpr std::chrono::seconds longest_session{120};  ///< that a task is waited for when its device has come

/// What the URL says about waking the device.
struct Wish {
    bool connection_request = false;
    std::chrono::milliseconds timeout{0};  ///< that the device has to come
};

Outcome<Wish> read_wish(Call const& call)
{
    Query query{call.request.query()};
    Wish wish{query.text("connection_request").has_value(), call.context.settings.connection_request_wait};
    if (auto const text = query.text("timeout")) {
        std::uint32_t number = 0;
        auto const [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
        std::chrono::milliseconds const most = call.context.settings.max_wait;
        if (error != std::errc{} || end != text->data() + text->size() || std::chrono::milliseconds{number} > most)
            query.add_error("timeout", fmt::format("must be a number of milliseconds up to {}.", most.count()));
        wish.timeout = std::chrono::milliseconds{number};
    }
    if (auto checked = query.problem(); !checked)
        return std::unexpected{std::move(checked).error()};
    return wish;
}

/// Without a task: 200 when the device came, 504 and why when it did not.
Answer request_connection(Call const& call, domain::DeviceRow const& device, std::chrono::milliseconds timeout)
{
    domain::WakeWish const wish{.most = timeout};
    auto const outcome = co_await call.context.services.waker.wake(device.key, wish);
    auto const id = cwmp::external_id(device.identity);
    base::log::info("api.connection_request",
                    {{"device", id}, {"reached", outcome.reached}, {"cause", outcome.cause}, {"by", call.caller.name}});
    co_await audit(call, "device.woken", id, nullptr, json::object{{"reached", outcome.reached}}, device.key);
    if (outcome.reached)
        co_return json_response(200, {});
    auto response = to_response(problem(504, "not_reached", outcome.cause).error());
    response.reason = outcome.cause;
    co_return response;
}

/// Names the stored file of a download, and what is read where a refresh names a parameter. Fails with 400.
base::Awaitable<Outcome<json::object>> complete(Call const& call, domain::DeviceRow const& device, TranslatedTask task)
{
    auto const& services = call.context.services;
    if (!task.file_name.empty()) {
        auto const file = co_await services.files.find_by_name(task.file_name);
        if (!file)
            co_return bad_request(fmt::format("fileName: there is no stored file {}.", task.file_name));
        task.body["file"] = std::to_string(file->id.value());
        if (!task.body.contains("file_type"))
            task.body["file_type"] = file->file_type;
    }
    if (!task.refreshed.empty()) {
        auto const known = co_await services.inventory.parameters(device.key, task.refreshed, "", 1);
        if (!known.empty())
            task.body["paths"] = json::array{json::value(task.refreshed)};
    }
    co_return std::move(task.body);
}

/// The task that the body asks for. Fails with 400 and every bad field, 403, or what check_task finds.
base::Awaitable<Outcome<domain::Task>> read_task(Call const& call, domain::DeviceRow const& device)
{
    auto const now = call.context.services.clock.now();
    auto translated = translate_task(call.request.body, now);
    if (!translated)
        co_return std::unexpected{std::move(translated).error()};
    auto const body = co_await complete(call, device, *std::move(translated));
    if (!body)
        co_return std::unexpected{body.error()};
    auto task = read_task_request(json::serialize(*body), now, call.context.settings.max_items);
    if (!task)
        co_return bad_request(std::move(task.error().detail), std::move(task.error().errors));
    if (auto checked = check_permission(call.caller, task->arguments); !checked)
        co_return std::unexpected{std::move(checked).error()};
    if (auto checked = co_await check_task(call.context, device, *task); !checked) {
        if (checked.error().status == 422)
            co_return bad_request(std::move(checked.error().detail), std::move(checked.error().errors));
        co_return std::unexpected{std::move(checked).error()};
    }
    co_return *std::move(task);
}

/// What has become of a task, as far as somebody who waits is concerned.
enum class Standing { open, done, faulted };

Standing standing_of(domain::TaskRow const& row)
{
    using enum domain::TaskState;
    switch (row.task.state) {
        case done:
        case waiting: return Standing::done;  // taken by the device: GenieACS does not wait for the result either
        case failed:
        case cancelled:
        case expired: return Standing::faulted;
        case queued:
        case sent:
        case unknown: break;
    }
    bool const failed_once = row.task.state == queued && row.task.attempts > 0 && !row.fault_text.empty();
    return failed_once ? Standing::faulted : Standing::open;
}

/// Why nobody needs to wait any more for the device to come; empty while it may.
std::string why_not(std::optional<domain::WakeOutcome> const& outcome)
{
    if (!outcome || outcome->reached || outcome->is_busy)
        return {};
    return outcome->cause.empty() ? std::string{not_processed} : outcome->cause;
}

/// Wakes the device and waits until its task was done or failed. What the answer's status line says, empty when done.
base::Awaitable<std::string> pursue(Call const& call, domain::TaskRow& row, std::chrono::milliseconds timeout)
{
    using Steady = std::chrono::steady_clock;
    auto const& services = call.context.services;
    auto const waking = co_await begin_waking(services.waker, row.task.device, timeout);
    auto until = Steady::now() + timeout;
    bool has_come = false;
    for (;;) {
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(until - Steady::now());
        auto later = co_await services.inventory.wait_for_task(row.task.id, std::clamp(left, {}, look));
        if (later)
            row = *std::move(later);
        if (auto const standing = standing_of(row); standing != Standing::open)
            co_return standing == Standing::done ? "" : "Task faulted";
        if (auto cause = why_not(*waking); !cause.empty())
            co_return cause;
        if (!has_come && *waking && (*waking)->reached) {
            has_come = true;
            until = Steady::now() + std::min(longest_session, call.context.settings.max_wait);
        }
        if (Steady::now() >= until)
            co_return std::string{not_processed};
    }
}

/// Takes back a task that was not sent. False: it was.
base::Awaitable<bool> cancel(Call const& call, domain::TaskRow const& row)
{
    auto const later = co_await call.context.services.inventory.cancel_task(row.task.id);
    if (!later || later->task.state != domain::TaskState::cancelled)
        co_return false;
    auto const id = row.task.id.value();
    base::log::info("api.task_cancelled", {{"task", id}, {"by", call.caller.name}});
    co_await audit(call, "task.cancelled", fmt::format("task {}", id),
                   json::object{{"state", domain::to_text(row.task.state)}}, json::object{{"state", "cancelled"}},
                   row.task.device);
    co_return true;
}

net::Response answer(unsigned status, domain::TaskRow const& row, std::string reason)
{
    auto response = json_response(status, document_of(row));
    response.reason = std::move(reason);
    return response;
}

}  // namespace

Answer create_task(Call call)
{
    auto const wish = read_wish(call);
    if (!wish)
        co_return std::unexpected{wish.error()};
    auto const device = co_await find(call, call.argument);
    if (!device)
        co_return std::unexpected{device.error()};
    if (call.request.body.empty() && wish->connection_request)
        co_return co_await request_connection(call, *device, wish->timeout);
    if (call.request.body.empty())
        co_return bad_request("A task is missing: send one, or ?connection_request.");
    auto task = co_await read_task(call, *device);
    if (!task)
        co_return std::unexpected{std::move(task).error()};
    bool const is_due = task->not_before <= call.context.services.clock.now();
    auto row = co_await add_task(call, *device, *std::move(task));
    if (!wish->connection_request)
        co_return answer(202, row, {});
    if (!is_due)
        co_return answer(202, row, std::string{not_processed});
    auto reason = co_await pursue(call, row, wish->timeout);
    auto const status = reason.empty() ? 200U : 202U;
    co_return answer(status, row, std::move(reason));
}

Answer list_tasks(Call call)
{
    using enum domain::TaskState;
    auto const wanted = read_list_query(call);
    if (!wanted)
        co_return std::unexpected{wanted.error()};
    auto const filter = filter_of(*wanted);
    if (!filter)
        co_return std::unexpected{filter.error()};
    std::vector<json::object> documents;
    if (auto const id = demanded_text(*filter, "_id")) {  // as scripts do that follow a task
        auto const row = co_await find_task(call, *id);
        if (row)
            documents.push_back(document_of(*row));
        co_return answer_list(*wanted, *filter, std::move(documents));
    }
    std::vector<domain::TaskState> states{queued, sent, waiting, unknown, failed};
    auto const rows = co_await read_tasks(call, std::move(states), demanded_text(*filter, "device"));
    if (!rows)
        co_return std::unexpected{rows.error()};
    for (auto const& row : *rows)
        documents.push_back(document_of(row));
    co_return answer_list(*wanted, *filter, std::move(documents));
}

Answer retry_task(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const row = co_await find_task(call, call.argument);
    if (!row)
        co_return not_found("task", call.argument);
    bool const is_again = co_await call.context.services.failed_tasks.retry(row->task.id);
    if (is_again) {
        auto const id = row->task.id.value();
        base::log::info("api.task_retried", {{"task", id}, {"by", call.caller.name}});
        co_await audit(call, "task.retried", fmt::format("task {}", id), json::object{{"fault", row->fault_text}},
                       nullptr, row->task.device);
    }
    co_return net::Response{};  // what did not fail is still to be done
}

Answer remove_task(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const row = co_await find_task(call, call.argument);
    if (!row)
        co_return not_found("task", call.argument);
    bool is_gone = false;
    if (row->task.state == domain::TaskState::failed)
        is_gone = co_await forget_task(call, *row);
    else
        is_gone = co_await cancel(call, *row);
    if (is_gone)
        co_return net::Response{};
    auto response = to_response(
        problem(503, "busy", "The device is working on the task: it cannot be taken back any more.").error());
    response.reason = "Device is in session";
    co_return response;
}

}  // namespace api::genieacs
