#pragma once

#include "session/new_login.hpp"
#include "session/tasks/desk.hpp"
#include "session/tasks/runner.hpp"
#include "session/wake_login.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace session {

/// What the session does next, in this order: stores the transfer's grant, the login of connection requests, the tree,
/// the tasks' new standing (all durable), then sends the request.
struct Plan {
    std::optional<domain::Transfer> grant;
    std::optional<WakeLogin> wake_login;          ///< that the request gives the device
    std::optional<domain::GivenLogin> acs_login;  ///< the same, of its sessions
    bool store_tree = false;
    std::vector<domain::TaskUpdate> updates;  ///< without epoch: the session's own
    std::optional<cwmp::Message> request;

    /// Nothing is left for this session.
    [[nodiscard]] bool is_empty() const noexcept { return !request && updates.empty() && !store_tree && !grant; }
};

/// What may run for a device now.
struct Permissions {
    bool automation = true;  ///< tasks that no person waits for
    bool writing = true;     ///< tasks that change the device
    bool anything = true;
};

/// The tasks of one device in one session: which comes next, what an answer means for it, and what must be written
/// before the next message. Pure: no I/O.
class Planner {
public:
    Planner(std::vector<domain::Task> tasks, Permissions permissions);

    /// Tasks that were added since; those that are known already are left as they are.
    void add(std::vector<domain::Task> tasks);

    /// What time it is: no task is begun after its window has closed.
    void look_at(base::TimePoint now) noexcept { now_ = now; }

    /// Settles what the Inform tells of earlier sessions' RPCs. Once, before the first next().
    [[nodiscard]] Plan reconcile(Evidence const& evidence, Desk& desk);
    /// The task that next() will let run; null when none may.
    [[nodiscard]] domain::Task const* upcoming() const noexcept;
    [[nodiscard]] bool upcoming_moves_a_file() const noexcept;
    [[nodiscard]] std::optional<domain::CredentialsTask> upcoming_logins() const;
    /// Some runner will look at the tree.
    [[nodiscard]] bool needs_tree() const noexcept;
    /// Lets the next task run.
    [[nodiscard]] Plan next(Desk& desk);
    /// The answer to the RPC that is outstanding. A Response of another method counts as fault 9002.
    [[nodiscard]] Plan settle(cwmp::Message answer, Desk& desk);
    /// The outstanding RPC was lost; its task is unknown and does not run again in this session.
    [[nodiscard]] Plan lose(Desk& desk);
    /// The request of the plan that send() gave is not to leave: its task has failed, with this text.
    [[nodiscard]] Plan refuse(std::string text, Desk& desk);
    /// The session stops in between; another node may go on with `sent`.
    [[nodiscard]] Plan put_away(Desk& desk) const;
    /// The TransferComplete's task by its CommandKey, else the only open transfer of the device.
    [[nodiscard]] Plan transfer_complete(cwmp::TransferComplete const& report, Desk& desk);

    /// The task whose RPC is outstanding, 0 when none is.
    [[nodiscard]] domain::TaskId current() const noexcept;
    /// The method of the outstanding RPC.
    [[nodiscard]] std::string const& method() const noexcept { return method_; }
    /// Goes on with an RPC that another node sent.
    void resume(domain::TaskId task, std::string method);

    /// Some task is like that.
    [[nodiscard]] bool has(bool (*is_meant)(domain::Task const&)) const;
    void forbid_automation() noexcept { permissions_.automation = false; }
    void forbid_everything() noexcept { permissions_.anything = false; }
    [[nodiscard]] std::size_t runs() const noexcept { return runs_; }

private:
    struct Entry {
        std::unique_ptr<Runner> runner;
        bool rests = false;  ///< not again in this session
    };

    [[nodiscard]] bool may_run(Entry const& entry) const noexcept;
    /// Index of the entry whose turn it is; entries_.size() when none may run.
    [[nodiscard]] std::size_t choose() const noexcept;
    [[nodiscard]] Plan apply(Entry& entry, Move move, Desk& desk);
    [[nodiscard]] Plan send(Entry& entry, Send send, Desk& desk);
    [[nodiscard]] Plan finish(Entry& entry, domain::TaskUpdate update, Desk& desk);
    [[nodiscard]] std::optional<domain::TaskUpdate> reconciled(Entry& entry, Evidence const& evidence, Desk& desk);
    [[nodiscard]] domain::TaskUpdate update_of(Runner const& runner, domain::TaskState state) const;
    [[nodiscard]] domain::TaskUpdate set_aside(Entry& entry) const;

    std::vector<Entry> entries_;
    Permissions permissions_;
    base::TimePoint now_{};
    Entry* current_ = nullptr;  ///< whose RPC is outstanding; entries are never moved while it is set
    bool marked_ = false;       ///< the current task's "sent" is durable
    std::string method_;
    std::size_t runs_ = 0;
};

}  // namespace session
