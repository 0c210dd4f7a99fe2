#pragma once

#include "base/clock.hpp"
#include "cwmp/message.hpp"
#include "domain/ids.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace domain {

/// One value somebody wants a parameter to have. Without a type the CPE's own is taken.
struct Setting {
    std::string path;
    std::string value;
    std::optional<cwmp::ValueType> type;
};

/// Reads parameters (full or partial paths) and answers with their values.
struct GetTask {
    std::vector<std::string> paths;
};
/// Writes parameters in one SetParameterValues where the device takes it.
struct SetTask {
    std::vector<Setting> settings;
};
/// Makes an instance and gives it values; learns the instance number.
struct AddTask {
    std::string object;             ///< ends with '.'
    std::vector<Setting> settings;  ///< paths relative to the new instance
};
struct DeleteTask {
    std::string object;  ///< with its instance number and a '.' at the end
};
struct AttributeSetting {
    std::string path;
    std::optional<unsigned> notification;  ///< 0-6 (TR-069 A.3.2.4)
    std::optional<std::vector<std::string>> access_list;
};
struct AttributesTask {
    std::vector<AttributeSetting> attributes;
};
/// Reads names and values anew. `discovery` marks the work that the ACS orders by itself.
struct RefreshTask {
    std::vector<std::string> paths;  ///< empty: everything
    bool discovery = false;
};
struct RebootTask {};
struct FactoryResetTask {};
struct DownloadTask {
    std::string file_type;       ///< "1 Firmware Upgrade Image", ...
    std::optional<FileId> file;  ///< a file of ours, or else:
    std::string url;             ///< one elsewhere
    std::string username, password;
    std::string target_file_name;
    std::uint32_t file_size = 0;
    std::uint32_t delay_seconds = 0;
    std::string expected_version;  ///< SoftwareVersion that tells success when no TransferComplete comes; may be empty
};
struct UploadTask {
    std::string file_type;
    std::uint32_t delay_seconds = 0;
};
struct ScheduleInformTask {
    std::uint32_t delay_seconds = 1;
};
/// Starts a test, waits for 8 DIAGNOSTICS COMPLETE, reads the results (protocol: TR-069 A.4, TR-098/TR-181).
struct DiagnosticsTask {
    std::string test = "IPPing";
    std::vector<Setting> arguments;  ///< names relative to the test's object: Host, NumberOfRepetitions, ...
};
/// Gives the device a login of its own, and one for connection requests, in two phases: done when it has used it.
struct CredentialsTask {
    bool login = true;
    bool connection_request = true;
};
/// The last thing done to a device: FactoryReset, or where there is none its secrets are written over.
struct RetireTask {};
/// Any RPC, sent as it is; the answer is the result.
struct RpcTask {
    cwmp::Message request;
};

using TaskArguments =
    std::variant<GetTask, SetTask, AddTask, DeleteTask, AttributesTask, RefreshTask, RebootTask, FactoryResetTask,
                 DownloadTask, UploadTask, ScheduleInformTask, DiagnosticsTask, RpcTask, CredentialsTask, RetireTask>;

/// "get", "set", "add", "delete", "attributes", "refresh", "reboot", "factory_reset", "download", "upload",
/// "schedule_inform", "diagnostics", "rpc", "credentials", "retire": as in the API and in the database.
[[nodiscard]] std::string_view kind_of(TaskArguments const& arguments);

enum class TaskState {
    queued,
    sent,     ///< the RPC was handed to the CPE, its answer is due
    waiting,  ///< accepted; the result comes later, until the deadline
    unknown,  ///< the session died between sending and answer; later sayings of the CPE decide
    done,
    failed,
    cancelled,
    expired,
};

[[nodiscard]] std::string_view to_text(TaskState state);
[[nodiscard]] std::optional<TaskState> task_state(std::string_view text);
/// Nothing will happen to it any more.
[[nodiscard]] bool is_final(TaskState state);

/// Who comes first when a device has several tasks. Lower runs earlier.
enum class Priority : std::uint8_t {
    person = 0,
    login = 2,  ///< automation that comes before all other
    automation = 5,
    bulk = 9,
};

/// Every day's time in which a task may be begun, as a clock at the device shows it.
struct TaskWindow {
    std::chrono::minutes from{0};   ///< since midnight, 0 to 1,439
    std::chrono::minutes until{0};  ///< not included; earlier than `from`: over midnight. Never equal to it
    friend bool operator==(TaskWindow const&, TaskWindow const&) = default;
};

/// "01:30" as minutes since midnight; none for what is no time of day.
[[nodiscard]] std::optional<std::chrono::minutes> time_of_day(std::string_view text);
/// The reverse.
[[nodiscard]] std::string time_of_day_text(std::chrono::minutes time);

/// One thing somebody wants done to one device.
struct Task {
    TaskId id;
    DeviceKey device;
    TaskArguments arguments;
    TaskState state = TaskState::queued;
    Priority priority = Priority::person;
    base::TimePoint created{};
    base::TimePoint not_before{};
    std::optional<base::TimePoint> expires_at;
    std::optional<TaskWindow> window;
    std::optional<base::TimePoint> window_closes;  ///< when the window that is open now ends; set for sessions only
    std::optional<base::TimePoint> deadline;       ///< of the wait for a later result
    std::optional<base::TimePoint> sent_at;
    std::uint32_t attempts = 0;
    std::string command_key;     ///< CommandKey or ParameterKey of the last attempt; unique, at most 32 characters
    std::string progress;        ///< what a task over several sessions keeps: its own JSON object, or empty
    std::string origin = "api";  ///< who wanted it: "api:NAME", "rule:NAME", "job:ID", "rotation:ID", "discovery", ...
};

/// A task's new standing after something happened to it; fenced by the session's epoch.
struct TaskUpdate {
    DeviceKey device;
    TaskId id;
    std::int64_t epoch = 0;
    TaskState state = TaskState::queued;
    std::uint32_t attempts = 0;
    std::string command_key;
    std::string progress;                       ///< JSON object or empty
    std::string result;                         ///< JSON object or empty; kept when the task is final
    std::optional<unsigned> fault_code;         ///< of the CPE, or 8000-8999 of ours
    std::string fault_text;                     ///< one sentence for people
    std::optional<base::TimePoint> not_before;  ///< for a retry
    std::optional<base::TimePoint> deadline;
};

}  // namespace domain
