#include "storage/job_rows.hpp"

#include "storage/array_text.hpp"
#include "storage/sealed_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <pqxx/pqxx>

#include <optional>
#include <stdexcept>
#include <utility>

namespace storage {

namespace {

namespace json = boost::json;

std::string_view text(pqxx::field const& field)
{
    return {field.c_str(), field.size()};
}

std::optional<base::TimePoint> time_in(pqxx::field const& field)
{
    if (field.is_null())
        return std::nullopt;
    return parse_time(text(field));
}

template <class Number>
std::optional<Number> number_in(pqxx::field const& field)
{
    if (field.is_null())
        return std::nullopt;
    return field.as<Number>();
}

std::optional<domain::TaskWindow> window_in(pqxx::field const& from, pqxx::field const& until)
{
    auto const begin = domain::time_of_day(text(from).substr(0, 5));
    auto const end = domain::time_of_day(text(until).substr(0, 5));
    if (!begin || !end)
        return std::nullopt;
    return domain::TaskWindow{*begin, *end};
}

std::string job_place(std::int64_t job)
{
    return fmt::format("job {}", job);
}

json::value parsed(std::string_view stored)
{
    json::parse_options options;
    options.max_depth = 128;
    boost::system::error_code error;
    auto value = json::parse({stored.data(), stored.size()}, error, {}, options);
    if (error || !value.is_object())
        throw std::runtime_error{"the arguments of a job are no JSON object"};
    return value;
}

domain::JobWork work_of(std::int64_t job, std::string_view kind, json::value const& arguments)
{
    auto work = domain::read_job_work(kind, arguments.get_object());
    if (!work)
        throw std::runtime_error{
            fmt::format("the arguments of job {} cannot be read: {}", job, domain::to_text(work.error()))};
    return *std::move(work);
}

domain::JobOrder order_of(pqxx::row const& row)
{
    domain::JobOrder order;
    order.name = row["name"].c_str();
    auto arguments = parsed(text(row["arguments"]));
    mask_secrets(arguments);
    order.work = work_of(row["job_id"].as<std::int64_t>(), text(row["kind"]), arguments);
    order.where = row["condition"].c_str();
    order.group = row["group_name"].c_str();
    order.part = row["part"].c_str();
    order.is_list = row["is_list"].as<bool>();
    order.per_minute = row["per_minute"].as<std::uint32_t>();
    order.at_once = number_in<std::uint32_t>(row["at_once"]);
    order.not_before = time_in(row["not_before"]);
    order.expires_at = time_in(row["expires_at"]);
    order.window = window_in(row["window_start"], row["window_end"]);
    order.wakes = row["wakes"].as<bool>();
    order.most_failed = row["most_failed"].as<std::uint32_t>();
    order.total = number_in<std::uint64_t>(row["total"]);
    order.by = row["made_by"].c_str();
    order.retry_of = number_in<std::int64_t>(row["retry_of"]);
    return order;
}

}  // namespace

domain::Job job_of(pqxx::row const& row)
{
    domain::Job job;
    job.id = row["job_id"].as<std::int64_t>();
    job.order = order_of(row);
    job.state = domain::job_state(text(row["state"])).value_or(domain::JobState::paused);
    job.stopped = row["stopped"].c_str();
    job.made_at = parse_time(text(row["made_at"]));
    job.ended_at = time_in(row["ended_at"]);
    job.is_walked = row["is_walked"].as<bool>();
    job.seen = row["seen"].as<std::uint64_t>();
    job.ordered = row["ordered"].as<std::uint64_t>();
    job.skipped_full = row["skipped_full"].as<std::uint64_t>();
    job.skipped_state = row["skipped_state"].as<std::uint64_t>();
    job.reached = row["reached"].as<std::uint64_t>();
    job.unreached = row["unreached"].as<std::uint64_t>();
    job.tasks = counts_of(text(row["counts"]));
    return job;
}

domain::TaskCounts counts_of(std::string_view json)
{
    domain::TaskCounts counts;
    for (auto const& member : parsed(json).get_object())
        if (auto const state = domain::task_state({member.key().data(), member.key().size()}))
            counts[*state] = member.value().to_number<std::uint64_t>();
    return counts;
}

std::string sealed_work(base::Sealer const& sealer, std::int64_t job, domain::JobWork const& work)
{
    json::value value = domain::to_json(work);
    seal_secrets(sealer, job_place(job), value);
    return storable_json(json::serialize(value));
}

domain::JobWork opened_work(base::Sealer const& sealer, std::int64_t job, std::string_view kind,
                            std::string_view stored)
{
    auto value = parsed(stored);
    open_secrets(sealer, job_place(job), value);
    return work_of(job, kind, value);
}

}  // namespace storage
