#include "storage/task_columns.hpp"

#include "domain/task_json.hpp"
#include "storage/array_text.hpp"
#include "storage/sealed_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <pqxx/pqxx>

#include <functional>
#include <stdexcept>

namespace storage {

namespace {

namespace json = boost::json;

std::string_view text(pqxx::field const& field)
{
    return {field.c_str(), field.size()};
}

std::optional<base::TimePoint> optional_time(pqxx::field const& field)
{
    if (field.is_null())
        return std::nullopt;
    return parse_time(text(field));
}

/// PostgreSQL writes "01:30:00".
std::optional<std::chrono::minutes> window_time(pqxx::field const& field)
{
    return domain::time_of_day(text(field).substr(0, 5));
}

using Unseal = std::function<void(json::value&)>;

domain::TaskArguments read_arguments(std::string_view kind, std::string_view stored, Unseal const& unseal)
{
    json::parse_options options;
    options.max_depth = 128;
    boost::system::error_code error;
    auto value = json::parse({stored.data(), stored.size()}, error, {}, options);
    if (error || !value.is_object())
        throw std::runtime_error{"they are no JSON object"};
    unseal(value);
    auto arguments = domain::task_arguments(kind, value.get_object());
    if (!arguments)
        throw std::runtime_error{arguments.error().what};
    return std::move(*arguments);
}

/// All but the progress.
domain::Task read_columns(pqxx::row const& row, int first, Unseal const& unseal)
{
    domain::Task task;
    task.device = domain::DeviceKey{row[first].as<std::int64_t>()};
    task.id = domain::TaskId{row[first + 1].as<std::int64_t>()};
    try {
        task.arguments = read_arguments(text(row[first + 2]), text(row[first + 14]), unseal);
    } catch (std::runtime_error const& problem) {
        throw std::runtime_error{
            fmt::format("the arguments of task {} cannot be read: {}", task.id.value(), problem.what())};
    }
    task.state = domain::task_state(text(row[first + 3])).value_or(domain::TaskState::failed);
    task.priority = static_cast<domain::Priority>(row[first + 4].as<int>());
    task.created = parse_time(text(row[first + 5]));
    task.not_before = parse_time(text(row[first + 6]));
    task.expires_at = optional_time(row[first + 7]);
    task.deadline = optional_time(row[first + 8]);
    task.sent_at = optional_time(row[first + 9]);
    task.attempts = row[first + 10].as<std::uint32_t>();
    task.command_key = row[first + 11].c_str();
    task.origin = row[first + 13].c_str();
    auto const from = window_time(row[first + 15]);
    auto const until = window_time(row[first + 16]);
    if (from && until)
        task.window = {*from, *until};
    return task;
}

}  // namespace

std::string task_place(domain::DeviceKey device)
{
    return fmt::format("task of {}", device.value());
}

std::string wake_place(domain::DeviceKey device)
{
    return fmt::format("connection request of {}", device.value());
}

std::string login_place(std::string_view username)
{
    return fmt::format("credential {}", username);
}

std::string arguments_text(base::Sealer const& sealer, domain::DeviceKey device, domain::TaskArguments const& arguments)
{
    json::value value = domain::to_json(arguments);
    seal_secrets(sealer, task_place(device), value);
    return storable_json(json::serialize(value));
}

domain::Task read_task(pqxx::row const& row, int first, base::Sealer const& sealer)
{
    auto const place = task_place(domain::DeviceKey{row[first].as<std::int64_t>()});
    auto task = read_columns(row, first, [&](json::value& value) { open_secrets(sealer, place, value); });
    task.progress = opened_text(sealer, place, text(row[first + 12]));
    return task;
}

domain::Task read_shown_task(pqxx::row const& row, int first)
{
    return read_columns(row, first, [](json::value& value) { mask_secrets(value); });
}

}  // namespace storage
