#pragma once

#include "cwmp/event.hpp"
#include "cwmp/path.hpp"
#include "domain/json_read.hpp"
#include "domain/task.hpp"
#include "session/tasks/desk.hpp"
#include "session/tasks/move.hpp"

#include <boost/json/object.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace session {

/// What the Inform of a session says about RPCs of earlier ones.
struct Evidence {
    std::vector<cwmp::Event> events;
    std::optional<std::string> parameter_key;  ///< none: the Inform did not tell it
    std::string software_version;
    /// Keys of M ScheduleInform in the Inform before this one: it was acknowledged, but its session may have died
    /// before anybody drew a conclusion, and the device will not tell it again. Nearly always empty.
    std::vector<std::string> scheduled_before;
    std::int64_t boot_epoch = 0;       ///< of the session before this one that began with a boot (cwmp::has_booted)
    std::int64_t bootstrap_epoch = 0;  ///< the same with 0 BOOTSTRAP
    bool uses_its_login = false;       ///< it came with the newest login of its own that it was told

    [[nodiscard]] bool has(std::string_view code) const noexcept { return cwmp::has_event(events, code); }
    [[nodiscard]] bool has(std::string_view code, std::string_view command_key) const noexcept
    {
        return cwmp::find_event(events, code, command_key) != nullptr;
    }
};

/// One task's way to its end: what to send next and what an answer means. Pure: no I/O, time only from the desk.
/// Everything needed to go on in another session or on another node is in the task's progress.
class Runner {
public:
    virtual ~Runner() = default;

    /// The first RPC, or the next one after Pause, Again or a lost session.
    virtual Move start(Desk& desk) = 0;
    /// The answer to the RPC sent last: its Response or a Fault.
    virtual Move on_answer(cwmp::Message const& answer, Desk& desk) = 0;
    /// A new session began while the task was sent, unknown or waiting: Again, Wait, Done, Failed or Stay.
    virtual Move reconcile(Evidence const& evidence, Desk& desk) = 0;
    /// The RPC sent last was lost, and perhaps the device with it.
    virtual void on_lost(Desk&) {}
    /// It is set aside: the device died during it too often.
    virtual void on_set_aside(Desk&) {}
    /// A TransferComplete that is this task's.
    virtual Move on_transfer_complete(cwmp::TransferComplete const&, Desk&) { return Stay{}; }

    /// start, on_answer and reconcile look at the tree.
    [[nodiscard]] virtual bool needs_tree() const { return true; }
    /// It only reads: allowed for a device that is not let in yet.
    [[nodiscard]] virtual bool only_reads() const { return false; }
    /// It waits for a TransferComplete.
    [[nodiscard]] virtual bool moves_a_file() const { return false; }
    /// The logins that it tells the device when it is started now.
    [[nodiscard]] virtual std::optional<domain::CredentialsTask> gives_logins() const { return std::nullopt; }
    /// When the device dies it finds out which part was to blame: more deaths are worth it.
    [[nodiscard]] virtual bool narrows_down() const { return false; }
    /// What start, on_answer and reconcile need to know of earlier steps.
    virtual void save(boost::json::object&) const {}

    /// The task; its state, attempts, command key and deadline are the planner's to change.
    domain::Task task;
    /// Sessions that died during it, in a row.
    std::uint32_t lost = 0;
    /// Sessions died during it before: each step is made durable before it is taken.
    [[nodiscard]] bool is_careful() const noexcept { return lost > 0; }

    /// The task's progress as it is stored.
    [[nodiscard]] std::string progress() const;
    [[nodiscard]] bool was_sent() const noexcept
    {
        return task.state == domain::TaskState::sent || task.state == domain::TaskState::unknown;
    }

protected:
    explicit Runner(domain::Task t);
    /// A key that no other RPC has, at most 32 characters: for this attempt and this part of the task.
    [[nodiscard]] std::string new_key(unsigned part = 0) const;
    /// What save() wrote, or an empty object.
    [[nodiscard]] boost::json::object const& saved() const noexcept { return saved_; }

private:
    boost::json::object saved_;
};

/// The runner of a task of any kind, ready to go on where its progress says.
[[nodiscard]] std::unique_ptr<Runner> make_runner(domain::Task task);

// one per file of this folder
[[nodiscard]] std::unique_ptr<Runner> get_runner(domain::Task task);
[[nodiscard]] std::unique_ptr<Runner> set_runner(domain::Task task);
[[nodiscard]] std::unique_ptr<Runner> add_runner(domain::Task task);
[[nodiscard]] std::unique_ptr<Runner> delete_runner(domain::Task task);
[[nodiscard]] std::unique_ptr<Runner> attributes_runner(domain::Task task);
[[nodiscard]] std::unique_ptr<Runner> refresh_runner(domain::Task task);
[[nodiscard]] std::unique_ptr<Runner> reboot_runner(domain::Task task);
[[nodiscard]] std::unique_ptr<Runner> factory_reset_runner(domain::Task task);
[[nodiscard]] std::unique_ptr<Runner> download_runner(domain::Task task);
[[nodiscard]] std::unique_ptr<Runner> upload_runner(domain::Task task);
[[nodiscard]] std::unique_ptr<Runner> schedule_inform_runner(domain::Task task);
[[nodiscard]] std::unique_ptr<Runner> diagnostics_runner(domain::Task task);
[[nodiscard]] std::unique_ptr<Runner> rpc_runner(domain::Task task);
[[nodiscard]] std::unique_ptr<Runner> credentials_runner(domain::Task task);
[[nodiscard]] std::unique_ptr<Runner> retire_runner(domain::Task task);

using cwmp::shown_value;
using domain::number_in;  // for what save() wrote
using domain::text_in;
using domain::texts_in;

}  // namespace session
