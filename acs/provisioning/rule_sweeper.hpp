#pragma once

#include "provisioning/rule_runner.hpp"
#include "provisioning/wake_queue.hpp"

#include <chrono>
#include <map>
#include <set>
#include <string>

namespace provisioning {

struct SweepSettings {
    unsigned node = 0;                      ///< this node's number
    std::chrono::seconds interval{600};     ///< between two sweeps with rules that read what others change
    unsigned chunk = 500;                   ///< devices looked at in one statement, at most
    unsigned touches = 1'000;               ///< taken by one statement
    std::chrono::seconds lease{60};         ///< another node goes on with the sweep when this one is silent for so long
    unsigned share = 4;                     ///< it works for one part of its time in so many
    std::chrono::milliseconds tick{1'000};  ///< between two looks when there is nothing to do
};

/// Looks for devices of which rules want something else although they told nothing: because the rules changed, because
/// tables changed that rules read, or because somebody called acs.touch(). They are marked, so that their next Inform
/// is evaluated, and woken. One node sweeps at a time; all take touches. Lives on one thread.
class RuleSweeper {
public:
    /// What it works with; all must outlive it and its thread.
    struct Parts {
        RuleRunner const& runner;
        domain::RuleStore& rules;
        domain::SweepStore& store;
        WakeQueue& wakes;
        base::Clock const& clock;
        base::Metrics& metrics;
    };
    RuleSweeper(Parts parts, SweepSettings settings);

    /// Takes touches and looks at a part of the fleet; true when there is more to do now.
    base::Awaitable<bool> step();
    /// Does so from now on, for its share of the time; never returns. What fails is logged and tried again.
    base::Awaitable<void> run();

private:
    using Rules = std::shared_ptr<CompiledRules const>;
    /// Devices of which rules want something else, and which rules.
    struct Changes {
        std::vector<domain::DeviceKey> changed;
        std::map<domain::DeviceKey, std::set<std::string>> to_wake;
    };

    base::Awaitable<bool> take_touches(Rules compiled);
    base::Awaitable<bool> sweep(Rules compiled);
    base::Awaitable<std::size_t> look_at_part(Rules compiled, domain::SweepTurn turn,
                                              std::vector<domain::SweptDevice> devices);
    base::Awaitable<Changes> compare(Rules compiled, std::vector<bool> chosen,
                                     std::vector<domain::SweptDevice> devices);
    base::Awaitable<void> wake(Rules compiled, std::map<domain::DeviceKey, std::set<std::string>> devices);
    [[nodiscard]] bool has_budget(CompiledRules const& compiled, std::map<std::string, std::uint64_t> const& used,
                                  std::set<std::string> const& rules);
    void adapt(std::chrono::steady_clock::duration took);

    Parts parts_;
    SweepSettings settings_;
    RuleBrakes brakes_;  ///< of its own: what is too slow for many devices may be well for a session
    unsigned chunk_;
    std::map<std::string, std::uint64_t> woken_;  ///< in this hour, by rule
    std::chrono::sys_time<std::chrono::hours> hour_{};
    base::Counter& swept_;
    base::Counter& marked_;
    base::Counter& touched_;
};

}  // namespace provisioning
