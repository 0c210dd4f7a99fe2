#pragma once

#include "domain/rules.hpp"
#include "provisioning/rule_book.hpp"
#include "provisioning/rule_preview.hpp"

#include <memory>
#include <vector>

namespace provisioning {

/// Runs rules over the fleet, many devices in one statement, to see what they would do.
class FleetPreview {
public:
    /// All must outlive it. `where`: only devices for which it holds (see compose_condition); null: all.
    FleetPreview(domain::RuleStore& store, CompiledRules const& compiled,
                 std::shared_ptr<domain::RuleStatements const> where, SecretPredicate const& is_secret)
        : store_{store},
          compiled_{compiled},
          where_{std::move(where)},
          is_secret_{is_secret},
          summary_{compiled, is_secret}
    {
    }

    /// Looks at devices after `after`: at most `limit`, fewer when that takes long. Once only.
    base::Awaitable<domain::RulesPreview> run(domain::DeviceKey after, unsigned limit);

private:
    base::Awaitable<void> look_at(std::vector<domain::DeviceKey> devices);
    base::Awaitable<std::vector<domain::DeviceKey>> chosen(std::vector<domain::DeviceKey> devices);

    domain::RuleStore& store_;
    CompiledRules const& compiled_;
    std::shared_ptr<domain::RuleStatements const> where_;
    SecretPredicate const& is_secret_;
    PreviewSummary summary_;
    std::size_t bytes_ = 0;  ///< of the actions of the last chunk
};

}  // namespace provisioning
