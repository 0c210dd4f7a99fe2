#include "provisioning/rule_brakes.hpp"

#include "base/log.hpp"

#include <utility>

namespace provisioning {

namespace log = base::log;

RuleBrakes::Brake& RuleBrakes::brake_of(CompiledRules const& compiled, unsigned rule)
{
    auto& brake = brakes_[compiled.rules[rule].rule.name];
    if (brake.version != compiled.versions[rule])
        brake = Brake{.version = compiled.versions[rule]};
    return brake;
}

void RuleBrakes::apply(CompiledRules const& compiled, std::vector<bool>& due)
{
    auto const now = clock_.now();
    std::lock_guard const lock{mutex_};
    for (auto const& [name, brake] : brakes_) {
        if (!brake.is_stopped && brake.rests_until <= now)
            continue;
        for (std::size_t i = 0; i < compiled.rules.size(); ++i)
            if (compiled.rules[i].rule.name == name && compiled.versions[i] == brake.version)
                due[i] = false;
    }
}

void RuleBrakes::learn(CompiledRules const& compiled, std::vector<bool> const& due, domain::RuleFinding const& finding)
{
    std::lock_guard const lock{mutex_};
    for (auto const number : finding.matched)
        if (due[number])
            ++brake_of(compiled, number).matched;
    for (auto const& [number, reason] : finding.failures) {
        auto& brake = brake_of(compiled, number);
        auto const& name = compiled.rules[number].rule.name;
        if (finding.cut_off.contains(number)) {
            if (++brake.cuts < limits_.cuts)
                continue;
            brake.cuts = 0;
            brake.rests_until = clock_.now() + limits_.rest;
            log::warning("rules.rests", {{"rule", name}, {"minutes", limits_.rest.count()}, {"cause", reason}});
            continue;
        }
        ++brake.failed;
        bool const is_much = std::uint64_t{brake.failed} * 100 > std::uint64_t{brake.matched} * limits_.failed_percent;
        if (brake.failed >= limits_.failed && is_much && !std::exchange(brake.is_stopped, true))
            log::error("rules.stopped", {{"rule", name}, {"devices", brake.failed}, {"cause", reason}});
    }
    for (auto const number : finding.matched)
        if (due[number] && !finding.failures.contains(number))
            brake_of(compiled, number).cuts = 0;
}

}  // namespace provisioning
