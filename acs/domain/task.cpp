#include "domain/task.hpp"

#include <array>
#include <utility>

namespace domain {

namespace {

using namespace std::string_view_literals;

/// In the order of TaskArguments' alternatives.
constexpr std::array kinds{
    "get"sv,           "set"sv,      "add"sv,    "delete"sv,          "attributes"sv,  "refresh"sv, "reboot"sv,
    "factory_reset"sv, "download"sv, "upload"sv, "schedule_inform"sv, "diagnostics"sv, "rpc"sv};
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

}  // namespace domain
