#include "api/job_request.hpp"

#include "api/json_body.hpp"
#include "api/task_request.hpp"
#include "domain/json_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace api {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_name = 200;  ///< bytes

constexpr std::string_view own_fields[] = {"name",       "where",       "group", "devices",
                                           "per_minute", "at_once",     "wake",  "max_failed_percent",
                                           "dry_run",    "skip_unknown"};

/// Splits what only jobs have from what a task of the kind has.
json::object take_own(json::object& body)
{
    json::object own;
    for (auto const name : own_fields)
        if (auto const found = body.find(name); found != body.end()) {
            own[name] = std::move(found->value());
            body.erase(found);
        }
    return own;
}

void check_range(domain::JsonFields& fields, std::string_view name, std::uint32_t value, std::uint32_t least,
                 std::uint32_t most)
{
    if (value < least || value > most)
        fields.complain(name, fmt::format("must be {} to {}", least, most));
}

void check_devices(domain::JsonFields& fields, JobRequest const& wanted)
{
    if (wanted.devices && (wanted.where || wanted.group))
        fields.complain("devices", "names devices one by one: leave where and group out");
    if (!wanted.devices && !wanted.where && !wanted.group)
        fields.complain("where", R"(or group or devices must say which devices are meant; "true" means all)");
    if (wanted.devices && wanted.devices->empty())
        fields.complain("devices", "is empty");
    if (wanted.devices && wanted.devices->size() > most_named_devices)
        fields.complain("devices", fmt::format("has {} devices, one job takes at most {}: tag them and use where",
                                               wanted.devices->size(), most_named_devices));
}

void read_own(domain::JsonFields& fields, JobRequest& wanted)
{
    auto& order = wanted.order;
    order.name = fields.text_or("name", "");
    if (order.name.size() > longest_name)
        fields.complain("name", fmt::format("has {} bytes, at most {} are kept", order.name.size(), longest_name));
    wanted.where = fields.optional_text("where");
    wanted.group = fields.optional_text("group");
    if (auto devices = fields.texts("devices"); fields.find("devices") != nullptr)
        wanted.devices = std::move(devices);
    check_devices(fields, wanted);
    order.per_minute = fields.number_or("per_minute", order.per_minute);
    check_range(fields, "per_minute", order.per_minute, 1, most_per_minute);
    if (fields.find("at_once") != nullptr) {
        order.at_once = fields.number_or("at_once", 1);
        check_range(fields, "at_once", *order.at_once, 1, 1'000'000);
    }
    order.wakes = fields.flag_or("wake", false);
    order.most_failed = fields.number_or("max_failed_percent", order.most_failed);
    check_range(fields, "max_failed_percent", order.most_failed, 0, 100);
    wanted.is_dry_run = fields.flag_or("dry_run", false);
    wanted.skip_unknown = fields.flag_or("skip_unknown", false);
}

void append(std::vector<FieldError>& errors, std::vector<domain::FieldComplaint> complaints)
{
    for (auto& complaint : complaints)
        errors.push_back({std::move(complaint.field), fmt::format("{}.", complaint.what)});
}

bool is_task(json::object const& body)
{
    auto const* const kind = body.if_contains("kind");
    auto const* const text = kind == nullptr ? nullptr : kind->if_string();
    return text == nullptr || (*text != "tag" && *text != "untag" && *text != "wake");
}

/// Tags and wake-ups, which no task is made for.
void read_other_work(json::object body, base::TimePoint now, domain::Task& times, domain::JobWork& work,
                     std::vector<FieldError>& errors)
{
    auto const kind = take_common_fields(body, times, now, errors);
    if (times.window)
        errors.push_back({"window", "is for tasks only."});
    if (auto read = domain::read_job_work(kind, body); !read)
        append(errors, std::move(read).error());
    else
        work = *std::move(read);
}

}  // namespace

Outcome<JobRequest> read_job_request(std::string_view body, base::TimePoint now, std::uint32_t max_items)
{
    auto object = read_object(body, R"({"kind":"reboot","where":"product_class = 'HG-1000'","per_minute":60})");
    if (!object)
        return std::unexpected{std::move(object).error()};
    auto const own = take_own(*object);
    domain::JsonFields fields{own};
    JobRequest wanted;
    read_own(fields, wanted);
    if (object->contains("priority"))
        fields.complain("priority", "is always bulk here: leave it out");
    std::vector<FieldError> errors;
    append(errors, fields.finish_each());
    domain::Task times;
    if (!is_task(*object)) {
        read_other_work(*std::move(object), now, times, wanted.order.work, errors);
    } else if (auto task = read_task_request(*std::move(object), now, max_items); task) {
        wanted.order.work = std::move(task->arguments);
        times = *std::move(task);
    } else if (task.error().status != 422) {
        return std::unexpected{std::move(task).error()};
    } else {
        std::ranges::move(task.error().errors, std::back_inserter(errors));
    }
    if (!errors.empty())
        return unprocessable(std::move(errors));
    if (times.not_before != base::TimePoint{})
        wanted.order.not_before = times.not_before;
    wanted.order.expires_at = times.expires_at;
    wanted.order.window = times.window;
    return wanted;
}

}  // namespace api
