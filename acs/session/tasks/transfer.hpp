#pragma once

#include "session/tasks/runner.hpp"

namespace session {

/// What Download and Upload have in common: accepted, then a TransferComplete in this or a later session. After a lost
/// RPC the device is asked for its queue; it is sent again only when two sessions found that it has no such transfer.
class TransferRunner : public Runner {
public:
    Move start(Desk& desk) override;
    Move on_answer(cwmp::Message const& answer, Desk& desk) override;
    Move reconcile(Evidence const& evidence, Desk& desk) override;
    Move on_transfer_complete(cwmp::TransferComplete const& report, Desk& desk) override;
    [[nodiscard]] bool needs_tree() const override { return false; }
    [[nodiscard]] bool moves_a_file() const override { return true; }
    void save(boost::json::object& progress) const override;

protected:
    explicit TransferRunner(domain::Task t);

    /// The RPC with task.command_key; Failed when it cannot be made.
    [[nodiscard]] virtual Move order(Desk& desk) = 0;
    [[nodiscard]] virtual std::chrono::seconds delay() const = 0;
    /// The device shows otherwise that the transfer has succeeded.
    [[nodiscard]] virtual bool is_proven(Evidence const&) const { return false; }

private:
    enum class Stage { ordering, asking_all, asking };

    [[nodiscard]] Move ask(Desk const& desk);
    [[nodiscard]] Move on_queue(cwmp::Message const& answer, Desk& desk);
    [[nodiscard]] Move on_ordered(cwmp::Message const& answer, Desk& desk);
    [[nodiscard]] Move wait(Desk const& desk) const;

    Stage stage_;
    bool doubtful_;        ///< the RPC was lost: ask before it is sent again
    std::int64_t absent_;  ///< sessions that found no such transfer in the device's queue
};

}  // namespace session
