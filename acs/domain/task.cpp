#include "domain/task.hpp"

#include <array>
#include <utility>

namespace domain {

namespace {

using namespace std::string_view_literals;

/// In the order of TaskArguments' alternatives.
constexpr std::array kinds{
    "get"sv,    "set"sv,           "add"sv,      "delete"sv, "attributes"sv,      "refresh"sv,
    "reboot"sv, "factory_reset"sv, "download"sv, "upload"sv, "schedule_inform"sv, "diagnostics"sv,
    "rpc"sv,    "credentials"sv,   "retire"sv};
static_assert(kinds.size() == std::variant_size_v<TaskArguments>);

constexpr std::array states{
    std::pair{TaskState::queued, "queued"sv},       std::pair{TaskState::sent, "sent"sv},
    std::pair{TaskState::waiting, "waiting"sv},     std::pair{TaskState::unknown, "unknown"sv},
    std::pair{TaskState::done, "done"sv},           std::pair{TaskState::failed, "failed"sv},
    std::pair{TaskState::cancelled, "cancelled"sv}, std::pair{TaskState::expired, "expired"sv},
};

}  // namespace

std::string_view kind_of(TaskArguments const& arguments)
{
    return kinds[arguments.index()];
}

std::string_view to_text(TaskState state)
{
    for (auto const& [value, name] : states)
        if (value == state)
            return name;
    return "queued";
}

std::optional<TaskState> task_state(std::string_view text)
{
    for (auto const& [value, name] : states)
        if (name == text)
            return value;
    return std::nullopt;
}

bool is_final(TaskState state)
{
    return state == TaskState::done || state == TaskState::failed || state == TaskState::cancelled ||
           state == TaskState::expired;
}

std::optional<std::chrono::minutes> time_of_day(std::string_view text)
{
    auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (text.size() != 5 || text[2] != ':' || !is_digit(text[0]) || !is_digit(text[1]) || !is_digit(text[3]) ||
        !is_digit(text[4]))
        return std::nullopt;
    std::chrono::hours const hours{(text[0] - '0') * 10 + (text[1] - '0')};
    std::chrono::minutes const minutes{(text[3] - '0') * 10 + (text[4] - '0')};
    if (hours.count() > 23 || minutes.count() > 59)
        return std::nullopt;
    return hours + minutes;
}

std::string time_of_day_text(std::chrono::minutes time)
{
    auto const digits = [](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return digits(time.count() / 60) + ':' + digits(time.count() % 60);
}

}  // namespace domain
