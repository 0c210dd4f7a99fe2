#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "storage/connection.hpp"
#include "storage/node_number.hpp"
#include "storage/promotion_chores.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace storage {

struct ChoreSettings {
    ConnectionSettings connection;
    std::chrono::seconds interval{60};  ///< between two rounds
    unsigned days_ahead = 8;            ///< partitions are made up to this many days from today on
    unsigned event_days = 90;           ///< how long events are kept
    unsigned sample_days = 30;          ///< how long samples of parameters are kept
    unsigned session_days = 14;         ///< how long sessions that are over are kept
    unsigned task_days = 90;            ///< how long finished tasks are kept
    PromotionSettings promotions;
    std::function<void()> on_promotions_changed;  ///< called in a round of any node; null: nobody wants to know
    unsigned incident_days = 90;                  ///< how long incidents are kept
    unsigned trace_days = 14;                     ///< how long traces are kept
    unsigned traces_per_device = 50;              ///< the newest of a device are kept
    std::int64_t trace_bytes = 1'073'741'824;     ///< of all traces, as they are stored; the oldest go first
    unsigned lost_task_days = 7;  ///< how long a task that was sent waits for a device that does not come back
};

/// What somebody must do now and then for all nodes: make the days' partitions ahead of time and drop old ones, end
/// tasks whose time is over, forget expired transfers and suspended sessions. Exactly one node does it: the one that
/// holds an advisory lock. Beside that each node gives a sign of life. Runs on a thread of its own.
class Chores {
public:
    /// The clock must outlive this. Nothing runs before start(). Each round gives a sign of life for `node`.
    Chores(ChoreSettings settings, NodeNumber node, base::Clock const& clock);
    ~Chores();  ///< stops and gives the node's number back
    Chores(Chores const&) = delete;
    Chores& operator=(Chores const&) = delete;

    void start();
    void stop();

    /// One round on the calling thread; false when another node does the chores. Throws what libpqxx throws.
    bool run_once();

    /// Ok when the last round, of whatever node, found tomorrow's partitions in place; else why not, for /readyz.
    [[nodiscard]] base::Result<void> status() const;

private:
    void loop();
    void give_sign_of_life(pqxx::connection& connection);
    void look_at_tomorrow(pqxx::connection& connection);
    void look_at_promotions(pqxx::connection& connection);
    void do_chores(pqxx::connection& connection);
    void make_partitions(pqxx::connection& connection);
    void drop_partitions(pqxx::connection& connection, std::string const& parent, unsigned days);
    void tell_unended_requests(pqxx::connection& connection, base::TimePoint now);
    void forget_old_tasks(pqxx::connection& connection, base::TimePoint now);
    void forget_traces(pqxx::connection& connection, base::TimePoint now);
    void forget_incidents(pqxx::connection& connection, base::TimePoint now);
    void end_lost_tasks(pqxx::connection& connection, base::TimePoint now);
    void set_status(std::string problem);

    ChoreSettings settings_;
    NodeNumber node_;
    base::Clock const& clock_;
    std::unique_ptr<pqxx::connection> connection_;  ///< keeps the lock
    bool leads_ = false;                            ///< this node holds the lock
    std::string promotions_ = "not looked at yet";  ///< their fingerprint
    bool has_number_ = true;                        ///< nobody took this node's number
    base::TimePoint last_thorough_{};               ///< when the chores that are done once an hour were done
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::string problem_ = "the first round of chores has not run yet";
    std::thread thread_;
};

}  // namespace storage
