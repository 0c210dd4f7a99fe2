#pragma once

#include "base/awaitable.hpp"
#include "domain/condition.hpp"
#include "domain/device.hpp"
#include "domain/task.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace domain {

/// One row of `acs.device`, as people see it.
struct DeviceRow {
    DeviceKey key;
    cwmp::DeviceId identity;
    std::string model_name, software_version, hardware_version, provisioning_code;
    DeviceState state = DeviceState::pending;
    std::string subscriber;
    std::vector<std::string> tags;
    std::string ip_address, connection_request_url;
    base::TimePoint first_seen{};
    std::optional<base::TimePoint> last_inform, last_boot;
    std::vector<std::string> last_events;
    std::string automation_stopped;
    std::uint32_t parameters = 0;  ///< in its tree
};

/// Whether values of secret parameters are given.
enum class Secrets {
    withheld,  ///< as to nearly everybody
    shown,     ///< to who may see them; the caller sees to it that it is written down
};

/// One row of `acs.parameter`.
struct ParameterRow {
    std::string path;
    std::optional<std::string> value;  ///< none: known by name only, or an object
    bool is_secret = false;            ///< the value is withheld from who may not see secrets
    std::string type;                  ///< "xsd:string", ...
    std::optional<bool> writable;
    std::optional<unsigned> notification;
    std::optional<base::TimePoint> changed_at;
};

/// A task with its outcome, as people see it.
struct TaskRow {
    Task task;                ///< without its progress; secrets in its arguments may read "********"
    cwmp::DeviceId identity;  ///< of its device
    std::string result;       ///< JSON object or empty
    std::optional<unsigned> fault_code;
    std::string fault_text;
    base::TimePoint updated{};
};

struct TaskQuery {
    std::optional<DeviceKey> device;
    std::optional<TaskState> state;
    std::int64_t after = 0;  ///< the last id of the page before
    unsigned limit = 100;
};

/// How much there is of everything, for an overview.
struct InventoryTotals {
    std::uint64_t devices = 0;
    std::uint64_t open_tasks = 0;  ///< not final
    std::uint64_t files = 0;
};

/// What people and programs ask of the inventory. Runs on connections of its own with time-outs: a slow search never
/// holds up a session. Throws base::Unavailable.
class Inventory {
public:
    virtual ~Inventory() = default;

    /// Devices that meet the condition (none: all), by key, after `after`.
    /// Fails with a sentence for the person who asked when the search took too long or PostgreSQL refused it.
    virtual base::Awaitable<base::Result<std::vector<DeviceRow>>> search(std::optional<Condition> where,
                                                                         DeviceKey after, unsigned limit) = 0;
    virtual base::Awaitable<std::optional<DeviceRow>> find(cwmp::DeviceId identity) = 0;
    virtual base::Awaitable<std::optional<DeviceRow>> find(DeviceKey key) = 0;

    /// Those of `keys` whose devices meet the condition, in no order; not those of whose values PostgreSQL refuses it:
    /// what cannot be decided is not seen. Throws base::Unavailable when it took too long.
    virtual base::Awaitable<std::vector<DeviceKey>> matching(std::vector<DeviceKey> keys, Condition condition) = 0;

    virtual base::Awaitable<InventoryTotals> totals() = 0;

    /// Parameters at or below a path ("" = all), by path, after the path `after`.
    virtual base::Awaitable<std::vector<ParameterRow>> parameters(DeviceKey device, std::string below,
                                                                  std::string after, unsigned limit,
                                                                  Secrets secrets = Secrets::withheld) = 0;

    virtual base::Awaitable<TaskRow> add_task(Task task) = 0;                 ///< gives the id and the times
    virtual base::Awaitable<std::uint64_t> open_tasks(DeviceKey device) = 0;  ///< of one device, not final
    virtual base::Awaitable<std::optional<TaskRow>> find_task(TaskId id) = 0;
    virtual base::Awaitable<std::vector<TaskRow>> tasks(TaskQuery query) = 0;
    /// Cancels an open task that was not sent; the row as it is afterwards, none when there is no such task.
    virtual base::Awaitable<std::optional<TaskRow>> cancel_task(TaskId id) = 0;
    /// Waits until the task is final or the time is over; then as find_task.
    virtual base::Awaitable<std::optional<TaskRow>> wait_for_task(TaskId id, std::chrono::milliseconds most) = 0;

    /// What connection requests to a device log in with.
    struct WakeCredentials {
        std::string username, password;
        friend bool operator==(WakeCredentials const&, WakeCredentials const&) = default;
    };
    /// Those that were sent to the device last, then those before: it may have refused the last ones. Empty when none
    /// were ever sent.
    virtual base::Awaitable<std::vector<WakeCredentials>> wake_credentials(DeviceKey device) = 0;
    /// When the device was last heard from, for "reached means that the Inform came".
    virtual base::Awaitable<std::optional<base::TimePoint>> last_inform(DeviceKey device) = 0;
};

}  // namespace domain
