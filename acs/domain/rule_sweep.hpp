#pragma once

#include "base/awaitable.hpp"
#include "domain/device_rules.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace domain {

/// A node that would take a part of the sweep.
struct SweepOffer {
    unsigned node = 0;
    std::int64_t epoch = 0;             ///< of the rules that it has
    bool has_changing = false;          ///< some of them read what others change, or the clock
    std::chrono::seconds interval{};    ///< between the beginnings of two sweeps with those
    std::chrono::milliseconds lease{};  ///< a node that is silent for so long has lost its sweep
};

/// The part of a sweep that a node is to take.
struct SweepTurn {
    DeviceKey after;        ///< devices up to here are done
    bool is_whole = false;  ///< with all rules; else with those that read what others change, or the clock
};

/// What came of one part.
struct SweepPart {
    unsigned node = 0;
    std::int64_t epoch = 0;
    DeviceKey after;                ///< as the turn said
    std::optional<DeviceKey> last;  ///< the last device of it; none: there are no more
    std::uint64_t devices = 0;      ///< looked at
    std::uint64_t changed = 0;
};

/// A sweep that is over.
struct SweepSummary {
    std::uint64_t devices = 0;
    std::uint64_t changed = 0;
    std::chrono::seconds took{};
};

/// A device in service, and what is kept of the rules for it; without attempts.
struct SweptDevice {
    DeviceKey device;
    KeptOutcome kept;
};

/// The database as the sweep over the fleet needs it. Times are the database's. Calls throw base::Unavailable.
class SweepStore {
public:
    virtual ~SweepStore() = default;

    /// Begins a sweep when one is due, or goes on with the one under way. None: nothing is to be done, or another
    /// node does it.
    virtual base::Awaitable<std::optional<SweepTurn>> take(SweepOffer offer) = 0;
    /// Keeps that a part is done; what a node tells that has lost its turn is not kept. The sums when it was the last.
    virtual base::Awaitable<std::optional<SweepSummary>> advance(SweepPart part) = 0;

    /// Active devices after this one that had a contact, by key.
    virtual base::Awaitable<std::vector<SweptDevice>> next(DeviceKey after, unsigned limit) = 0;
    /// Those of them that are active.
    virtual base::Awaitable<std::vector<SweptDevice>> load(std::vector<DeviceKey> devices) = 0;

    /// Takes the oldest touches that nobody else is taking and marks their devices due; each device once.
    virtual base::Awaitable<std::vector<DeviceKey>> take_touched(unsigned limit) = 0;
    /// Marks devices due; those that were not yet.
    virtual base::Awaitable<std::set<DeviceKey>> mark(std::vector<DeviceKey> devices) = 0;
    /// Those that are marked and did not come since.
    virtual base::Awaitable<std::set<DeviceKey>> still_marked(std::vector<DeviceKey> devices) = 0;
    /// Rule -> devices that it changed in this hour.
    virtual base::Awaitable<std::map<std::string, std::uint64_t>> budgets_used() = 0;
};

}  // namespace domain
