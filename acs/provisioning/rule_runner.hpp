#pragma once

#include "domain/device_rules.hpp"
#include "provisioning/outcome.hpp"
#include "provisioning/rule_book.hpp"
#include "provisioning/rule_brakes.hpp"

#include <atomic>
#include <chrono>
#include <memory>

namespace provisioning {

/// The rules in force, run for the devices that come. Used from any I/O thread.
class RuleRunner final : public domain::DeviceRules {
public:
    /// All must outlive this. There are no rules before refresh().
    RuleRunner(RuleBook& book, domain::OutcomeStore& store, base::Clock const& clock)
        : book_{book}, store_{store}, clock_{clock}, brakes_{clock}
    {
    }

    /// Takes the rules in force.
    base::Awaitable<void> refresh();
    /// Does so now and every `pause`; never returns. What fails is logged and tried again.
    base::Awaitable<void> follow(std::chrono::milliseconds pause);
    /// The rules in force; null before refresh().
    [[nodiscard]] std::shared_ptr<CompiledRules const> rules() const { return rules_.load(); }

    [[nodiscard]] std::int64_t epoch() const noexcept override { return epoch_.load(std::memory_order_relaxed); }
    base::Awaitable<domain::RuleVerdict> evaluate(domain::DeviceKey device, std::vector<std::string> events) override;
    base::Awaitable<std::set<std::string>> spend(std::set<std::string> rules) override;
    base::Awaitable<std::optional<std::vector<domain::TaskId>>> save(domain::RuleRecord record) override;
    base::Awaitable<void> mark_due(domain::DeviceKey device) override;

    /// What one device's outcomes become by evaluating the rules that are due for it, without acting.
    struct Evaluation {
        domain::KeptOutcome kept;
        domain::RuleFinding finding;
        Outcomes before, after;
    };
    base::Awaitable<Evaluation> look_at(std::shared_ptr<CompiledRules const> compiled, domain::DeviceKey device,
                                        std::vector<std::string> events);

private:
    RuleBook& book_;
    domain::OutcomeStore& store_;
    base::Clock const& clock_;
    RuleBrakes brakes_;
    std::atomic<std::int64_t> epoch_ = 0;
    std::atomic<std::shared_ptr<CompiledRules const>> rules_;
};

}  // namespace provisioning
