// Work on many devices.
#include "domain/jobs.hpp"
#include "api/audit.hpp"
#include "api/device_lookup.hpp"
#include "api/endpoints.hpp"
#include "api/job_request.hpp"
#include "api/job_views.hpp"
#include "api/query.hpp"
#include "api/task_checks.hpp"
#include "api/task_request.hpp"
#include "api/views.hpp"
#include "api/visible_page.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "cwmp/device_id.hpp"
#include "domain/tag.hpp"
#include "net/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace api {

namespace json = boost::json;

namespace {

constexpr char jobs_cursor = 'j';
constexpr char tasks_cursor = 'k';
constexpr unsigned sample = 10;        ///< devices that a dry run shows
constexpr std::size_t most_told = 20;  ///< unknown devices that are told one by one
constexpr std::size_t named_at_once = 1'000;

/// Which devices a job means, looked up.
struct Meant {
    std::optional<std::uint64_t> total;  ///< none: they could not be counted in time
    std::vector<domain::DeviceRow> sample;
    std::vector<domain::DeviceKey> named;  ///< of a list
    std::vector<std::string> unknown;      ///< of a list
};

/// A caller who sees a part of the fleet sees the jobs that were ordered for exactly that part.
bool is_visible(Caller const& caller, domain::Job const& job)
{
    return !caller.devices || job.order.part == caller.devices_text;
}

Outcome<void> check_permission(Caller const& caller, domain::JobWork const& work)
{
    using enum domain::Permission;
    if (auto const* const task = std::get_if<domain::TaskArguments>(&work))
        return check_permission(caller, *task);
    if (std::holds_alternative<domain::TagWork>(work) && !caller.permissions.has(devices_write))
        return forbidden("A job that changes tags needs the permission devices.write.");
    return {};
}

/// Devices that were named, page by page; those that the caller may not see are as unknown as those that are not there.
base::Awaitable<void> find_named(Call const& call, std::vector<std::string> names, Meant& meant)
{
    std::set<domain::DeviceKey> known;
    for (std::size_t first = 0; first < names.size(); first += named_at_once) {
        std::vector<std::string> const page{
            names.begin() + static_cast<std::ptrdiff_t>(first),
            names.begin() + static_cast<std::ptrdiff_t>(std::min(first + named_at_once, names.size()))};
        std::vector<cwmp::DeviceId> identities;
        for (auto const& name : page)
            identities.push_back(cwmp::parse_external_id(name).value_or(cwmp::DeviceId{}));
        auto const found = co_await call.context.services.fleet_search.resolve(std::move(identities));
        std::vector<domain::DeviceKey> keys;
        for (auto const& key : found)
            if (key)
                keys.push_back(*key);
        auto const seen = co_await visible_devices(call, std::move(keys));
        std::set<domain::DeviceKey> const visible{seen.begin(), seen.end()};
        for (std::size_t n = 0; n < page.size(); ++n)
            if (found[n] && visible.contains(*found[n]))
                known.insert(*found[n]);
            else
                meant.unknown.push_back(page[n]);
    }
    meant.named.assign(known.begin(), known.end());
    meant.total = known.size();
    for (std::size_t n = 0; n < std::min<std::size_t>(sample, meant.named.size()); ++n)
        if (auto row = co_await call.context.services.inventory.find(meant.named[n]))
            meant.sample.push_back(*std::move(row));
}

std::unexpected<Problem> unknown_devices(std::vector<std::string> const& unknown)
{
    std::vector<FieldError> errors;
    for (auto const& name : unknown) {
        if (errors.size() == most_told) {
            errors.push_back(
                {"devices", fmt::format("and {} others are not there either.", unknown.size() - most_told)});
            break;
        }
        errors.push_back({"devices", fmt::format("There is no device {}; \"skip_unknown\":true leaves it out.", name)});
    }
    return unprocessable(std::move(errors));
}

base::Awaitable<Outcome<Meant>> find_meant(Call const& call, JobRequest& wanted)
{
    Meant meant;
    if (wanted.devices) {
        wanted.order.is_list = true;
        co_await find_named(call, *wanted.devices, meant);
        if (!meant.unknown.empty() && !wanted.skip_unknown && !wanted.is_dry_run)
            co_return unknown_devices(meant.unknown);
        co_return meant;
    }
    auto const selection = co_await selected(call, wanted.where, wanted.group);
    if (!selection)
        co_return std::unexpected{selection.error()};
    auto found = co_await call.context.services.inventory.search(selection->condition, domain::DeviceKey{}, sample);
    if (!found)
        co_return bad_request(fmt::format("where: {}", found.error().what), {{"where", found.error().what}});
    meant.sample = *std::move(found);
    auto const count = co_await call.context.services.fleet_search.count(selection->condition);
    if (count)
        meant.total = *count;
    wanted.order.where = selection->where;
    wanted.order.group = wanted.group.value_or("");
    co_return meant;
}

json::object preview_of(Meant const& meant)
{
    json::array devices, unknown;
    for (auto const& device : meant.sample)
        devices.emplace_back(cwmp::external_id(device.identity));
    for (std::size_t n = 0; n < std::min(most_told, meant.unknown.size()); ++n)
        unknown.emplace_back(meant.unknown[n]);
    return {{"dry_run", true},
            {"total", meant.total ? json::value(*meant.total) : json::value(nullptr)},
            {"sample", std::move(devices)},
            {"unknown", meant.unknown.size()},
            {"unknown_sample", std::move(unknown)}};
}

/// Writes down that there is a new job, and answers with it.
base::Awaitable<net::Response> made(Call const& call, domain::Job const& job)
{
    base::log::info("api.job_created", {{"job", job.id},
                                        {"kind", domain::kind_of(job.order.work)},
                                        {"devices", job.order.total ? std::to_string(*job.order.total) : "not counted"},
                                        {"by", call.caller.name}});
    co_await audit(call, "job.created", fmt::format("job {}", job.id), nullptr, view_of(job));
    auto answer = json_response(201, view_of(job));
    answer.headers.set("Location", fmt::format("/api/v1/jobs/{}", job.id));
    co_return answer;
}

base::Awaitable<net::Response> add(Call const& call, domain::JobOrder order, Meant meant)
{
    order.part = call.caller.devices_text;
    order.total = meant.total;
    order.by = call.caller.name;
    auto const job = co_await call.context.services.jobs.add(std::move(order), std::move(meant.named));
    co_return co_await made(call, job);
}

/// The job that a URL's segment means; none when there is none that the caller may see.
base::Awaitable<std::optional<domain::Job>> find_job(Call const& call)
{
    auto const id = parse_id(call.argument);
    if (!id)
        co_return std::nullopt;
    auto job = co_await call.context.services.jobs.find(*id);
    if (!job || !is_visible(call.caller, *job))
        co_return std::nullopt;
    co_return job;
}

Answer change_job(Call call, domain::JobState state)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const before = co_await find_job(call);
    if (!before)
        co_return not_found("job", call.argument);
    auto const after = co_await call.context.services.jobs.change(before->id, state);
    if (!after || after->state != state)
        co_return problem(409, "conflict",
                          fmt::format("The job is {}.", domain::to_text((after ? *after : *before).state)));
    if (before->state != state) {
        base::log::info("api.job_changed",
                        {{"job", after->id}, {"state", domain::to_text(state)}, {"by", call.caller.name}});
        co_await audit(call, "job.changed", fmt::format("job {}", after->id),
                       json::object{{"state", domain::to_text(before->state)}},
                       json::object{{"state", domain::to_text(state)}});
    }
    co_return json_response(200, view_of(*after));
}

std::optional<domain::JobState> read_job_state(Query& query)
{
    auto const text = query.text("state");
    if (!text)
        return std::nullopt;
    auto const state = domain::job_state(*text);
    if (!state)
        query.add_error("state", "must be running, paused, cancelled or done.");
    return state;
}

}  // namespace

Answer create_job(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto wanted =
        read_job_request(call.request.body, call.context.services.clock.now(), call.context.settings.max_items);
    if (!wanted)
        co_return std::unexpected{std::move(wanted).error()};
    if (auto checked = check_permission(call.caller, wanted->order.work); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto meant = co_await find_meant(call, *wanted);
    if (!meant)
        co_return std::unexpected{std::move(meant).error()};
    if (auto* const task = std::get_if<domain::TaskArguments>(&wanted->order.work)) {
        auto const checked =
            co_await check_arguments(call.context, meant->sample.empty() ? nullptr : &meant->sample.front(), *task);
        if (!checked)
            co_return std::unexpected{checked.error()};
    }
    if (wanted->is_dry_run)
        co_return json_response(200, preview_of(*meant));
    co_return co_await add(call, std::move(wanted->order), *std::move(meant));
}

Answer list_jobs(Call call)
{
    Query query{call.request.query()};
    domain::JobQuery wanted;
    wanted.state = read_job_state(query);
    auto const limit = query.limit();
    wanted.limit = limit + 1;
    wanted.before = query.after_number(jobs_cursor);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    if (call.caller.devices)
        wanted.part = call.caller.devices_text;
    auto jobs = co_await call.context.services.jobs.list(std::move(wanted));
    std::optional<std::string> next;
    if (jobs.size() > limit) {
        jobs.resize(limit);
        next = make_cursor(jobs_cursor, std::to_string(jobs.back().id));
    }
    json::array items;
    for (auto const& job : jobs)
        items.push_back(view_of(job));
    co_return list_response(std::move(items), next);
}

Answer get_job(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const job = co_await find_job(call);
    if (!job)
        co_return not_found("job", call.argument);
    auto view = view_of(*job);
    auto const faults = co_await call.context.services.jobs.faults(job->id);
    view["faults"] = view_of(faults);
    co_return json_response(200, view);
}

Answer list_job_tasks(Call call)
{
    Query query{call.request.query()};
    domain::JobTaskQuery wanted;
    auto const state = query.text("state");
    wanted.state = state ? domain::task_state(*state) : std::nullopt;
    if (state && !wanted.state)
        query.add_error("state", "must be queued, sent, waiting, unknown, done, failed, cancelled or expired.");
    auto const limit = query.limit();
    wanted.after = query.after_number(tasks_cursor);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const job = co_await find_job(call);
    if (!job)
        co_return not_found("job", call.argument);
    wanted.job = job->id;
    auto const read = [&jobs = call.context.services.jobs, &wanted](domain::TaskRow const* last, unsigned at_once) {
        auto next = wanted;
        next.after = last != nullptr ? last->task.id.value() : wanted.after;
        next.limit = at_once;
        return jobs.tasks(next);
    };
    auto const device_of = [](domain::TaskRow const& row) { return row.task.device; };
    auto const page = co_await visible_page<domain::TaskRow>(call, limit, read, device_of);
    json::array items;
    for (auto const& row : page.rows)
        items.push_back(view_of(row));
    std::optional<std::string> next;
    if (page.last)
        next = make_cursor(tasks_cursor, std::to_string(page.last->task.id.value()));
    co_return list_response(std::move(items), next);
}

Answer pause_job(Call call)
{
    co_return co_await change_job(std::move(call), domain::JobState::paused);
}

Answer resume_job(Call call)
{
    co_return co_await change_job(std::move(call), domain::JobState::running);
}

Answer cancel_job(Call call)
{
    co_return co_await change_job(std::move(call), domain::JobState::cancelled);
}

Answer retry_job(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const job = co_await find_job(call);
    if (!job)
        co_return not_found("job", call.argument);
    auto const nothing_failed = problem(409, "conflict", "No task that is kept of the job has failed or expired.");
    if (!std::holds_alternative<domain::TaskArguments>(job->order.work))
        co_return nothing_failed;
    if (auto checked = check_permission(call.caller, job->order.work); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const again = co_await call.context.services.jobs.retry(job->id, call.caller.name);
    if (!again)
        co_return nothing_failed;
    co_return co_await made(call, *again);
}

/// A tag is taken off every device that has it by a job.
Answer remove_tag(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const tag = net::percent_decoded(call.argument);
    if (auto const problem = domain::tag_problem(tag); !problem.empty())
        co_return unprocessable({{"tag", fmt::format("{}.", problem)}});
    JobRequest wanted;
    wanted.order.name = fmt::format("tag {} removed", tag);
    wanted.order.work = domain::TagWork{{tag}, true};
    wanted.order.per_minute = most_per_minute;
    wanted.where = domain::has_tag(tag);
    auto meant = co_await find_meant(call, wanted);
    if (!meant)
        co_return std::unexpected{std::move(meant).error()};
    co_return co_await add(call, std::move(wanted.order), *std::move(meant));
}

}  // namespace api
