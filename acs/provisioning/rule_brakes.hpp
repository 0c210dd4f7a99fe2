#pragma once

#include "base/clock.hpp"
#include "domain/rule_store.hpp"
#include "provisioning/rule_book.hpp"

#include <chrono>
#include <map>
#include <mutex>

namespace provisioning {

struct BrakeLimits {
    unsigned cuts = 3;              ///< bodies cut off for taking too long, in a row: then the rule rests
    std::chrono::minutes rest{10};  ///< so long
    unsigned failed = 20;           ///< devices for which the rule's SQL failed: then it is stopped, ...
    unsigned failed_percent = 1;    ///< ... if they are more than this share of those that it was run for
};

/// Stops rules that harm: on this node, until they rest long enough or have another text. Used from any thread.
class RuleBrakes {
public:
    explicit RuleBrakes(base::Clock const& clock, BrakeLimits limits = {}) : clock_{clock}, limits_{limits} {}

    /// Takes rules that are stopped out of what is due.
    void apply(CompiledRules const& compiled, std::vector<bool>& due);
    /// Learns from what came of rules that were due.
    void learn(CompiledRules const& compiled, std::vector<bool> const& due, domain::RuleFinding const& finding);

private:
    struct Brake {
        std::int64_t version = 0;
        unsigned cuts = 0;
        unsigned matched = 0;
        unsigned failed = 0;
        base::TimePoint rests_until{};
        bool is_stopped = false;
    };
    [[nodiscard]] Brake& brake_of(CompiledRules const& compiled, unsigned rule);

    base::Clock const& clock_;
    BrakeLimits limits_;
    std::mutex mutex_;
    std::map<std::string, Brake> brakes_;  ///< by rule; only those that something was noticed of
};

}  // namespace provisioning
