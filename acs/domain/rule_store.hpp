#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "cwmp/device_id.hpp"
#include "datamodel/tree.hpp"
#include "domain/ids.hpp"
#include "domain/rule.hpp"
#include "domain/rule_outcome.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace domain {

/// Somebody stopped a rule, or all.
struct RulePause {
    base::TimePoint at{};
    std::string by, reason;
    friend bool operator==(RulePause const&, RulePause const&) = default;
};

/// One text that a rule has or had.
struct RuleVersion {
    std::int64_t id = 0;
    std::string rule;
    std::int64_t epoch = 0;  ///< of the set of rules that it first was part of
    std::string file;
    std::optional<std::string> text;  ///< none: the rule was removed
    base::TimePoint made_at{};
    std::string made_by, reason;
    std::optional<RulePause> paused;  ///< of a rule in force: it does not act
    friend bool operator==(RuleVersion const&, RuleVersion const&) = default;
};

/// The rules in force.
struct RuleSet {
    std::int64_t epoch = 0;  ///< one more with each change; 0: there never was a rule
    std::optional<base::TimePoint> paused_at;
    std::string paused_by, pause_reason;
    std::vector<RuleVersion> rules;  ///< by name
};

/// One change of the set of rules.
struct RuleSetChange {
    std::int64_t epoch = 0;
    base::TimePoint made_at{};
    std::string made_by, reason;
    std::vector<std::string> added, changed, removed;  ///< names of rules
};

/// What applying a folder changes.
struct RuleChange {
    std::string rule, file;
    std::optional<std::string> text;  ///< none: the rule is removed
};

/// All rules of one set as statements of PostgreSQL; made by `provisioning`, run by the store.
struct RuleStatements {
    /// One row for each device of $1 (bigint[]): its id, and an array of the numbers of the rules whose condition
    /// holds.
    std::string conditions;
    /// Rows (rule's number, device, kind, path, value, type, value is too long); $n is the bigint[] of the devices that
    /// rule n - 1 is run for.
    std::string bodies;
    /// The same for each rule alone, numbered 0 and $1: to find out which one fails.
    std::vector<std::string> condition_of, body_of;
    std::string name;  ///< unique for the set: what it is prepared under; empty: it is not
};

/// A device, and for which rules its body is run if the condition holds.
struct RuleMember {
    DeviceKey device;
    std::vector<bool> is_due;  ///< by the rule's number
};

/// What the rules say of one device now.
struct RuleFinding {
    DeviceKey device;
    std::vector<unsigned> matched;                         ///< numbers of the rules whose condition holds, ascending
    std::vector<std::pair<unsigned, RuleAction>> actions;  ///< of those that were due; no values are NULL
    std::map<unsigned, std::string> failures;              ///< rule -> what PostgreSQL said; it has no actions
    std::set<unsigned> cut_off = {};                       ///< of these: it took too long
};

/// One value that is asked for.
struct KnownValue {
    DeviceKey device;
    std::string path;
    std::optional<std::string> value;  ///< none: not known, or a secret
};

/// What is to be known of a device: parameters by their paths; when one of them is an object, the whole tree.
struct TreeQuestion {
    DeviceKey device;
    std::vector<std::string> paths;
};

/// The rules in the database. Everything throws base::Unavailable when it is away.
class RuleStore {
public:
    virtual ~RuleStore() = default;

    /// The number of the set in force, paused or not: changes with everything that load() tells.
    virtual base::Awaitable<std::string> fingerprint() = 0;
    virtual base::Awaitable<RuleSet> load() = 0;
    /// All changes, or none when the set is no longer the one of `epoch`: then it
    /// fails with the number of the set in force. `paths`: what conditions read; it is promoted.
    virtual base::Awaitable<base::Result<RuleSet, std::int64_t>> apply(std::vector<RuleChange> changes,
                                                                       std::vector<std::string> paths, std::string by,
                                                                       std::string reason, std::int64_t epoch) = 0;
    /// All versions of a rule, newest first, at most 100.
    virtual base::Awaitable<std::vector<RuleVersion>> history(std::string rule) = 0;
    /// The newest changes of the set before the one of this epoch.
    virtual base::Awaitable<std::vector<RuleSetChange>> changes(std::int64_t before, unsigned limit) = 0;
    /// The rules that were in force at that epoch.
    virtual base::Awaitable<std::vector<RuleVersion>> load_at(std::int64_t epoch) = 0;
    /// Stops (with a reason) or starts one rule, or all on all devices when it has no name. False when there is no such
    /// rule in force.
    virtual base::Awaitable<bool> pause(std::string rule, std::string by, std::string reason) = 0;
    virtual base::Awaitable<bool> resume(std::string rule) = 0;

    /// "schema.table" of all that rules may read.
    virtual base::Awaitable<std::set<std::string, std::less<>>> readable_tables() = 0;
    /// Ids of those paths whose promoted copies are complete.
    virtual base::Awaitable<std::map<std::string, std::int32_t>> promoted(std::vector<std::string> paths) = 0;
    /// Has PostgreSQL judge a statement without parameters that reads nothing; what it says when it refuses.
    virtual base::Awaitable<base::Result<void>> probe(std::string sql) = 0;

    /// Runs conditions and bodies for the members; what fails is found and told, the rest counts. One finding for each
    /// member that exists, in any order.
    virtual base::Awaitable<std::vector<RuleFinding>> evaluate(std::shared_ptr<RuleStatements const> statements,
                                                               std::vector<RuleMember> members) = 0;
    /// Fills in the values; the order stays.
    virtual base::Awaitable<std::vector<KnownValue>> known(std::vector<KnownValue> wanted) = 0;
    /// What is stored of each device, secrets opened, in the order of the questions. A whole tree takes 100 KB.
    virtual base::Awaitable<std::vector<datamodel::ParameterTree>> trees(std::vector<TreeQuestion> questions) = 0;
    /// What came of the rules in force before, in the order of the devices.
    virtual base::Awaitable<std::vector<KeptOutcome>> kept(std::vector<DeviceKey> devices) = 0;
    /// What rules in force no longer try, behind that place; what older versions gave up is left out.
    virtual base::Awaitable<std::vector<Quarantine>> quarantined(QuarantineFilter filter, QuarantinePlace after,
                                                                 unsigned limit) = 0;
    /// Has it tried again: forgets what was tried before, and the next Informs of the devices are looked at. How many
    /// were released.
    virtual base::Awaitable<std::size_t> release(QuarantineFilter filter) = 0;
    /// How many devices are in service.
    virtual base::Awaitable<std::size_t> count_devices() = 0;
    /// Devices in service after this one, by key.
    virtual base::Awaitable<std::vector<DeviceKey>> devices(DeviceKey after, unsigned limit) = 0;
    /// Devices that wait to be let in, after this one, by key.
    virtual base::Awaitable<std::vector<DeviceKey>> pending_devices(DeviceKey after, unsigned limit) = 0;
    /// Those of them that are pending become active, together with an entry each in the audit trail that names the
    /// rule; which ones those were. Their next Informs are looked at.
    virtual base::Awaitable<std::vector<std::pair<DeviceKey, cwmp::DeviceId>>>
    enrol(std::string rule, std::vector<DeviceKey> devices) = 0;
};

}  // namespace domain
