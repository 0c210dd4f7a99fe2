#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "domain/ids.hpp"
#include "domain/rule_store.hpp"
#include "domain/task.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace domain {

/// One wish of a rule that counts for a device.
struct DeviceWish {
    std::string rule;
    RuleAction action;
    std::string once = {};  ///< what it is remembered by when it is done once; empty: it is kept true
};

/// What rules want of a device now, evaluated for one Inform.
struct RuleVerdict {
    std::int64_t epoch = 0;             ///< of the set of rules; 0: none is in force
    base::TimePoint until{};            ///< when they are evaluated again although nothing changed
    std::vector<DeviceWish> wishes;     ///< levels that count, and what is to be done once and was not
    std::vector<RuleAttempt> attempts;  ///< of earlier sessions
    std::set<std::string> tags;         ///< that the device has
    DoneOnce done;
    GivenUp given_up;                     ///< by earlier sessions; of it nothing is tried
    std::vector<RuleGivenUp> failures;    ///< rules whose SQL fails for this device
    std::optional<std::string> outcomes;  ///< what each rule wants: JSON of the engine's own; none: as it is kept
};

/// An event that a rule has recorded.
struct RuleEvent {
    std::string kind;    ///< event_kind::emitted and its name
    std::string detail;  ///< JSON object
};

/// What came of a verdict in a session.
struct RuleRecord {
    DeviceKey device;
    std::int64_t session_epoch = 0;
    std::int64_t epoch = 0;     ///< of the rules
    bool is_satisfied = false;  ///< nothing is left to do before `until` unless something changes
    base::TimePoint until{};
    std::optional<std::string> outcomes;  ///< this and the next two: none when it is as it is kept
    std::optional<std::vector<RuleAttempt>> attempts;
    std::optional<DoneOnce> done;
    std::vector<RuleGivenUp> given_up;
    std::vector<std::string> tags_added, tags_removed;
    std::vector<Task> tasks;  ///< that the rules order; without ids
    std::vector<RuleEvent> events;
};

/// The database as the rules of sessions need it: batched over all sessions. Calls throw base::Unavailable.
class OutcomeStore {
public:
    virtual ~OutcomeStore() = default;
    virtual base::Awaitable<KeptOutcome> load(DeviceKey device) = 0;
    /// Conditions and bodies for one device; its `device` is 0 when it does not exist (any more).
    virtual base::Awaitable<RuleFinding> evaluate(std::shared_ptr<RuleStatements const> statements,
                                                  RuleMember member) = 0;
    /// All of it or, when a newer session has begun, nothing. Durable on return. The ids of its tasks, in their order;
    /// none when nothing was written, also because there was nothing to be written.
    virtual base::Awaitable<std::optional<std::vector<TaskId>>> save(RuleRecord record) = 0;
    /// The next Inform of the device has the rules evaluated.
    virtual base::Awaitable<void> mark_due(DeviceKey device) = 0;
    /// Takes one device off each budget (rule -> devices an hour); the rules that have none left.
    virtual base::Awaitable<std::set<std::string>> spend(std::map<std::string, unsigned> budgets) = 0;
};

/// The rules as a session sees them. Calls throw base::Unavailable.
class DeviceRules {
public:
    virtual ~DeviceRules() = default;

    /// The set in force; 0 when there is none or all are stopped: then nothing else is asked. Costs nothing.
    [[nodiscard]] virtual std::int64_t epoch() const noexcept = 0;
    /// Evaluates for one device, together with those of other sessions. `events`: codes of its Inform.
    virtual base::Awaitable<RuleVerdict> evaluate(DeviceKey device, std::vector<std::string> events) = 0;
    /// Takes one device off the budgets of these rules for this hour; those that have none left.
    virtual base::Awaitable<std::set<std::string>> spend(std::set<std::string> rules) = 0;
    /// See OutcomeStore.
    virtual base::Awaitable<std::optional<std::vector<TaskId>>> save(RuleRecord record) = 0;
    virtual base::Awaitable<void> mark_due(DeviceKey device) = 0;
};

}  // namespace domain
