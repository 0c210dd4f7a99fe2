#pragma once

#include "domain/condition.hpp"
#include "domain/rule_plan.hpp"
#include "domain/rule_store.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace domain {

/// A rule's file as it was sent.
struct RuleFile {
    std::string file;
    std::string text;
};

/// What applying a set of files came to, or would come to.
struct RulesApplied {
    std::int64_t epoch = 0;  ///< of the set in force afterwards
    std::vector<std::string> added, changed, removed;
    std::size_t unchanged = 0;
};

/// One rule in force, with what its header says.
struct RuleShown {
    RuleVersion version;
    RuleText rule;
};

/// What one rule would make of one parameter (or table, tag, file, ...) of the devices looked at.
struct PreviewedChange {
    std::string rule, kind, path;
    std::size_t devices = 0;   ///< that it would change, or ask because nothing is known
    std::size_t in_place = 0;  ///< that are so already
    struct Sample {
        DeviceKey device;
        std::string from, to;  ///< secrets masked; `from` is "" when the value is not known
    };
    std::vector<Sample> samples = {};  ///< the first few
    std::size_t waiting = 0;           ///< where it was tried in vain and is tried again later
    std::size_t given_up = 0;          ///< where it is quarantined
};
/// Two rules that want different values of one parameter.
struct PreviewedConflict {
    std::string path, winner, loser;
    std::size_t devices = 0;
};
struct PreviewedFailure {
    std::string rule, reason;
    std::size_t devices = 0;
};

/// What is to be previewed, and where to go on.
struct PreviewRequest {
    std::vector<RuleFile> files;
    bool is_whole = true;      ///< they are all the rules there would be; else they replace or join those in force
    std::string where;         ///< only devices for which this holds, as in `when`; empty: all
    DeviceKey after{0};        ///< only devices after this one
    unsigned limit = 200'000;  ///< devices looked at; fewer when they take long
};

/// What rules would do to one chunk of the fleet.
struct RulesPreview {
    std::size_t devices = 0;            ///< looked at, and `where` holds
    std::size_t devices_changed = 0;    ///< of which some parameter would be set or something done
    std::size_t devices_restarted = 0;  ///< that would be told to reboot or to download something
    std::optional<std::size_t> fleet;   ///< devices in service; only told with the first chunk
    std::vector<PreviewedChange> changes;
    std::vector<PreviewedConflict> conflicts;
    std::vector<PreviewedFailure> failures;
    std::optional<DeviceKey> next;  ///< where to go on; none at the end
};

/// Why one thing of one device is as rules want it.
struct ExplainedWish {
    std::string rule;
    std::int64_t version = 0;
    int priority = 0;
    std::string kind, path;
    std::string wanted;                   ///< secrets masked
    std::optional<std::string> known;     ///< of a value: what the device last told; none: not known, or a secret
    std::string overruled_by;             ///< a rule of higher priority wants something else; empty: this one counts
    WishState state = WishState::wanted;  ///< when it counts: what the next session makes of it
    bool is_awaiting = false;             ///< its rule is evaluated at an event that was not yet
    std::optional<base::TimePoint> wanted_since = {};  ///< when the rule got this version
    std::optional<base::TimePoint> known_since = {};   ///< when the value became what it is
    unsigned attempts = 0;                             ///< so far, in vain or not yet proven
    std::string told = {};                             ///< the fault that the device answered the last one with
    std::optional<base::TimePoint> next_try = {};      ///< when it waits
};
/// An RPC that the next session would send.
struct PlannedRpc {
    std::string method;
    std::vector<std::string> about = {};  ///< parameters ("PATH = VALUE" where one is set), an object, a file
};
struct RulesExplanation {
    std::int64_t epoch = 0;
    bool is_paused = false;
    std::vector<std::string> paused = {};     ///< rules in force that somebody stopped; they are not in the others
    std::vector<std::string> matched = {};    ///< rules whose condition holds
    std::vector<std::string> unmatched = {};  ///< rules whose condition does not
    std::vector<std::string> awaiting = {};   ///< matched rules that are evaluated at an event that was not yet
    std::vector<ExplainedWish> wishes = {};   ///< by path, the one that counts first
    std::vector<PreviewedFailure> failures = {};
    std::vector<Quarantine> quarantined = {};
    std::vector<PlannedRpc> next_session = {};  ///< what a periodic session would send first, in its order
    struct Reported {
        std::string path;
        std::optional<std::string> value;        ///< none: not known, or a secret
        std::optional<base::TimePoint> changed;  ///< when it became what it is
    };
    std::optional<Reported> reported = {};  ///< the parameter that was asked about, where it is known
};

/// What people do with rules. Everything throws base::Unavailable when the database is away.
class Rules {
public:
    virtual ~Rules() = default;
    using Problems = std::vector<RuleProblem>;

    /// Reads, guards and has PostgreSQL judge each file; all problems at once.
    virtual base::Awaitable<base::Result<void, Problems>> check(std::vector<RuleFile> files) = 0;
    /// Makes the rules in force those of the files, all or none. `dry_run`: only tells what would change.
    virtual base::Awaitable<base::Result<RulesApplied, Problems>> apply(std::vector<RuleFile> files, std::string by,
                                                                        std::string reason, bool dry_run) = 0;
    virtual base::Awaitable<RuleSet> current() = 0;
    /// By priority, then name.
    virtual base::Awaitable<std::vector<RuleShown>> list() = 0;
    virtual base::Awaitable<std::vector<RuleVersion>> history(std::string rule) = 0;
    /// The newest changes of the set before the one of this epoch, newest first.
    virtual base::Awaitable<std::vector<RuleSetChange>> changes(std::int64_t before, unsigned limit) = 0;
    /// The rules that were in force at that epoch, by name; none when there never was such an epoch.
    virtual base::Awaitable<std::optional<std::vector<RuleVersion>>> at(std::int64_t epoch) = 0;
    /// Makes the rules in force those of an epoch before, as a new epoch, all or none: as `apply` with their files.
    /// Fails with a problem of the file "epoch" when there never was such an epoch.
    virtual base::Awaitable<base::Result<RulesApplied, Problems>> rollback(std::int64_t epoch, std::string by,
                                                                           std::string reason, bool dry_run) = 0;
    /// Stops or starts one rule, or all when it has no name. False when there is no such rule in force.
    virtual base::Awaitable<bool> pause(std::string rule, std::string by, std::string reason) = 0;
    virtual base::Awaitable<bool> resume(std::string rule, std::string by) = 0;

    /// What the files would do to devices; problems of the condition have the file "where".
    virtual base::Awaitable<base::Result<RulesPreview, Problems>> preview(PreviewRequest request) = 0;
    /// What the rules in force say of one device now. `path`: only what is about it, or below it; empty: everything.
    virtual base::Awaitable<RulesExplanation> explain(DeviceKey device, std::string path) = 0;
    /// See RuleStore.
    virtual base::Awaitable<std::vector<Quarantine>> quarantined(QuarantineFilter filter, QuarantinePlace after,
                                                                 unsigned limit) = 0;
    virtual base::Awaitable<std::size_t> release(QuarantineFilter filter, std::string by) = 0;
};

}  // namespace domain
