// Logins of single devices, and how devices begin anew and leave.
#include "api/audit.hpp"
#include "api/device_lookup.hpp"
#include "api/endpoints.hpp"
#include "api/json_body.hpp"
#include "api/query.hpp"
#include "api/views.hpp"
#include "base/log.hpp"
#include "base/time_text.hpp"
#include "cwmp/device_id.hpp"
#include "domain/device_life.hpp"
#include "domain/file_directory.hpp"
#include "domain/json_fields.hpp"
#include "domain/wakeup.hpp"

#include <fmt/format.h>

namespace api {

namespace json = boost::json;

namespace {

constexpr std::uint32_t most_hours = 8'760;        // of an allowance to come with a shared login
constexpr std::uint32_t most_days = 365;           // until a device is retired although it did not come
constexpr std::chrono::seconds longest_waking{5};  // of a device that is to be retired

json::value time(std::optional<base::TimePoint> at)
{
    if (!at)
        return nullptr;
    return json::string{base::to_rfc3339(*at)};
}

json::object view_of(domain::DeviceLogins const& found)
{
    json::array logins;
    for (auto const& login : found.logins)
        logins.push_back({{"username", login.username},
                          {"origin", login.origin},
                          {"created", time(login.created)},
                          {"used_at", time(login.used_at)},
                          {"changing_since", time(login.changing_since)},
                          {"revoked_at", time(login.revoked_at)}});
    json::object view{{"state", domain::to_text(found.state)},
                      {"allowed_until", time(found.allowed_until)},
                      {"logins", std::move(logins)},
                      {"connection_request", nullptr}};
    if (found.wake)
        view["connection_request"] = {{"username", found.wake->username},
                                      {"origin", found.wake->origin},
                                      {"changed_at", time(found.wake->changed_at)},
                                      {"confirmed_at", time(found.wake->confirmed_at)}};
    return view;
}

struct RetireRequest {
    bool factory_reset = true;
    std::uint32_t days = 7;
};

Outcome<RetireRequest> read_retirement(std::string_view body)
{
    auto const object = read_object(body, R"({"factory_reset":true,"days":7})");
    if (!object)
        return std::unexpected{object.error()};
    domain::JsonFields fields{*object};
    RetireRequest request{fields.flag_or("factory_reset", true), fields.number_or("days", 7)};
    if (request.days < 1 || request.days > most_days)
        fields.complain("days", fmt::format("must be 1 to {}", most_days));
    if (auto complaints = fields.finish_each(); !complaints.empty())
        return wrong_fields(std::move(complaints));
    return request;
}

Outcome<std::uint32_t> read_hours(std::string_view body)
{
    auto const object = read_object(body, R"({"hours":24})");
    if (!object)
        return std::unexpected{object.error()};
    domain::JsonFields fields{*object};
    auto const hours = fields.number_or("hours", 24);
    if (hours < 1 || hours > most_hours)
        fields.complain("hours", fmt::format("must be 1 to {}", most_hours));
    if (auto complaints = fields.finish_each(); !complaints.empty())
        return wrong_fields(std::move(complaints));
    return hours;
}

}  // namespace

Answer get_credentials(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const device = co_await find_device(call, std::string{call.argument});
    if (!device)
        co_return std::unexpected{device.error()};
    co_return json_response(200, view_of(co_await call.context.services.life.logins(device->key)));
}

Answer rotate_credentials(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const device = co_await find_device(call, std::string{call.argument});
    if (!device)
        co_return std::unexpected{device.error()};
    if (device->state != domain::DeviceState::active)
        co_return problem(
            409, "conflict",
            fmt::format("The device is {}: only one in service is given a login.", domain::to_text(device->state)));
    domain::Task task;
    task.device = device->key;
    task.arguments = domain::CredentialsTask{};
    task.origin = call.caller.name.empty() ? "api" : "api:" + call.caller.name;
    auto row = co_await call.context.services.inventory.add_task(std::move(task));
    row.identity = device->identity;
    auto const id = cwmp::external_id(device->identity);
    base::log::info("api.task_created",
                    {{"task", row.task.id.value()}, {"device", id}, {"kind", "credentials"}, {"by", call.caller.name}});
    co_await audit(call, "credentials.rotated", id, nullptr,
                   json::object{{"task", std::to_string(row.task.id.value())}}, device->key);
    co_return json_response(201, api::view_of(row));
}

Answer re_enrol_device(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const hours = read_hours(call.request.body);
    if (!hours)
        co_return std::unexpected{hours.error()};
    auto const device = co_await find_device(call, std::string{call.argument});
    if (!device)
        co_return std::unexpected{device.error()};
    auto& life = call.context.services.life;
    auto const until = call.context.services.clock.now() + std::chrono::hours{*hours};
    if (auto const agreed = co_await life.re_enrol(device->key, until); !agreed)
        co_return problem(409, "conflict", fmt::format("It cannot be re-enrolled: {}.", agreed.error().what));
    auto const id = cwmp::external_id(device->identity);
    base::log::info("api.device_re_enrolled", {{"device", id}, {"hours", *hours}, {"by", call.caller.name}});
    co_await audit(call, "device.re_enrolled", id, nullptr, json::object{{"until", base::to_rfc3339(until)}},
                   device->key);
    co_return json_response(200, view_of(co_await life.logins(device->key)));
}

Answer retire_device(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const wanted = read_retirement(call.request.body);
    if (!wanted)
        co_return std::unexpected{wanted.error()};
    auto const device = co_await find_device(call, std::string{call.argument});
    if (!device)
        co_return std::unexpected{device.error()};
    auto const& services = call.context.services;
    auto const by = services.clock.now() + std::chrono::days{wanted->days};
    auto const task = co_await services.life.retire(device->key, {wanted->factory_reset, by});
    if (!task)
        co_return problem(409, "conflict", fmt::format("It cannot be retired: {}.", task.error().what));
    auto const id = cwmp::external_id(device->identity);
    base::log::info("api.device_retiring",
                    {{"device", id}, {"factory_reset", task->has_value()}, {"by", call.caller.name}});
    co_await audit(call, "device.retired", id, json::object{{"state", domain::to_text(device->state)}},
                   json::object{{"factory_reset", task->has_value()}}, device->key);
    if (*task)
        static_cast<void>(co_await services.waker.wake(device->key, {.most = longest_waking}));
    co_return co_await show_device(call.context, device->key);
}

base::Awaitable<Outcome<void>> erase_device(Call const& call, domain::DeviceKey device)
{
    auto const purged = co_await call.context.services.life.purge(
        device, audit_entry(call, "device.purged", "a device", nullptr, nullptr, device));
    if (!purged)
        co_return problem(409, "conflict", fmt::format("It cannot be purged: {}.", purged.error().what));
    for (auto const& file : purged->files)
        if (auto const removed = co_await call.context.services.directory.remove(file); !removed)
            base::log::warning("api.file_left_behind", {{"stored_as", file}, {"reason", removed.error().what}});
    // Who it was is what was to be forgotten.
    base::log::info("api.device_purged", {{"rows", purged->rows}, {"by", call.caller.name}});
    co_return Outcome<void>{};
}

Answer purge_device(Call call)
{
    Query query{call.request.query()};
    if (query.text("purge") != "true")
        query.add_error("purge", "must be true: everything that is kept of the device is erased for good.");
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const device = co_await find_device(call, std::string{call.argument});
    if (!device)
        co_return std::unexpected{device.error()};
    if (auto erased = co_await erase_device(call, device->key); !erased)
        co_return std::unexpected{std::move(erased).error()};
    net::Response response;
    response.status = 204;
    co_return response;
}

}  // namespace api
