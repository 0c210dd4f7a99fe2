#pragma once

#include "datamodel/tree.hpp"
#include "domain/device_rules.hpp"

#include <chrono>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace domain {

/// How long something that a device will not keep is tried.
struct RuleLimits {
    unsigned attempts = 5;                ///< then it is given up for this device
    unsigned refusals = 2;                ///< the same for what the device refuses: it will hardly change its mind
    std::chrono::minutes first_pause{5};  ///< after the second attempt; doubled with each further one
    std::chrono::minutes longest_pause{1'440};  ///< between two attempts
    std::chrono::minutes memory{1'440};         ///< how long something must stay until its attempts are forgotten
    unsigned rounds = 6;                        ///< of one session
    std::size_t tasks = 100;                    ///< of one round, for instances and for what is done once
    std::size_t alone = 20;                     ///< parameters that are tried one by one in one round
};

/// When an attempt that was in vain may be made again.
[[nodiscard]] base::TimePoint next_try(RuleAttempt const& attempt, RuleLimits const& limits = {});
/// By what attempts for it are remembered: the parameter, or the table with the keys of an instance.
[[nodiscard]] std::string attempted_by(RuleAction const& action);

/// How one wish stands.
enum class WishState {
    in_place,  ///< nothing is to be done
    unknown,   ///< the device is asked first
    wanted,    ///< is done in this round
    waits,     ///< was tried in vain, and is tried again later
    given_up,
};

/// What rules make of a session, in one round: tasks in the order in which they are to run, and what else is to be
/// done.
struct RuleRound {
    std::vector<WishState> states;      ///< of RuleVerdict::wishes, in their order
    std::vector<Task> tasks;            ///< without ids, device and times
    std::vector<DeviceWish> downloads;  ///< of which the caller makes tasks: files are named, not known
    std::vector<DeviceWish> events;     ///< to be recorded
    std::vector<std::string> tags_added, tags_removed;
    std::vector<RuleGivenUp> given_up;
    std::set<std::string> rules;  ///< that change the device

    /// No RPC comes of it.
    [[nodiscard]] bool is_quiet() const noexcept { return tasks.empty() && downloads.empty(); }
};

/// Desired minus known, in the fewest RPCs. What is not known of the device is asked for first. Then come: deletions
/// and new instances, one SetParameterValues for all that was not tried before (what enables last), one for each
/// parameter that was refused among others, a read of what was written (some say yes and do nothing), the credentials
/// that the connection hangs on, what is done once, a reboot at the end. Pure: no I/O; one object for each session.
class RulePlanner {
public:
    /// `is_reset`: the device came from its factory defaults, and what was known of it does not count. `started`: the
    /// session; nothing that was tried in it is tried again in it, unless something else was to blame.
    RulePlanner(RuleVerdict verdict, bool is_reset, base::TimePoint started, RuleLimits limits = {});

    /// What is to be done now. After all tasks of the round before were settled.
    [[nodiscard]] RuleRound next(datamodel::ParameterTree const& tree, base::TimePoint now);
    /// These rules have used up their budgets and change nothing in this session.
    void leave_out(std::set<std::string> const& rules, base::TimePoint until);

    /// The tasks of the last round have these ids; those made of downloads come after RuleRound::tasks.
    void ordered(std::vector<TaskId> const& tasks);
    /// Takes a task's new standing; others are passed over.
    void settled(TaskUpdate const& update);
    /// Some task of the last round has not ended.
    [[nodiscard]] bool is_busy() const noexcept { return !open_.empty(); }

    [[nodiscard]] RuleVerdict const& verdict() const noexcept { return verdict_; }
    /// Nothing is left to do before until().
    [[nodiscard]] bool is_satisfied() const noexcept { return is_satisfied_; }
    [[nodiscard]] base::TimePoint until() const noexcept { return until_; }
    /// Puts into `record` what is another than when this was last called, or than the verdict had it.
    void take_changes(RuleRecord& record);

private:
    friend class RoundMaker;
    /// One task that was ordered, and what it tries.
    struct Order {
        TaskId id;
        std::vector<std::string> what;
    };

    [[nodiscard]] RuleAttempt* find_attempt(std::string const& what);
    void refused(Order const& order, TaskUpdate const& update);

    RuleVerdict verdict_;
    bool is_reset_;
    base::TimePoint started_;
    RuleLimits limits_;
    std::vector<RuleAttempt> kept_attempts_;
    DoneOnce kept_done_;
    unsigned rounds_ = 0;
    bool is_satisfied_ = false;
    base::TimePoint until_;
    std::set<std::string> left_out_;  ///< rules without budget
    std::set<std::string> asked_;     ///< parameters and tables that the device was asked for in this session
    std::set<std::string> again_;     ///< to be tried again at once: another one of the same request was to blame
    std::set<std::string> alone_;     ///< the same, each by itself: nobody knows which one was to blame
    std::vector<std::vector<std::string>> planned_;  ///< what the tasks of the last round try, in their order
    std::vector<Order> open_;
};

}  // namespace domain
