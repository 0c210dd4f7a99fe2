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
    FleetPreview(domain::RuleStore& store, base::Clock const& clock, CompiledRules const& compiled,
                 std::shared_ptr<domain::RuleStatements const> where, SecretPredicate const& is_secret)
        : store_{store},
          clock_{clock},
          compiled_{compiled},
          where_{std::move(where)},
          is_secret_{is_secret},
          summary_{compiled, is_secret}
    {
    }

    /// Looks at devices after `after`: at most `limit`, fewer when that takes long. Once only.
    base::Awaitable<domain::RulesPreview> run(domain::DeviceKey after, unsigned limit);

private:
    /// A device on the way through: what is wanted of it, and what is known.
    struct Member {
        PlanBasis basis;
        std::vector<datamodel::Node> values;  ///< views into `known_`
        domain::TreeQuestion question;        ///< what has to be known better than by its values
    };
    base::Awaitable<void> look_at_pending();
    base::Awaitable<void> look_at(std::vector<domain::DeviceKey> devices);
    base::Awaitable<std::vector<Member>> members_with_values(std::vector<domain::RuleFinding> findings);
    base::Awaitable<void> plan(std::vector<Member> members);
    void ask_more(Member& member) const;
    base::Awaitable<std::vector<domain::DeviceKey>> chosen(std::vector<domain::DeviceKey> devices);

    domain::RuleStore& store_;
    base::Clock const& clock_;
    CompiledRules const& compiled_;
    std::shared_ptr<domain::RuleStatements const> where_;
    SecretPredicate const& is_secret_;
    PreviewSummary summary_;
    std::size_t bytes_ = 0;  ///< of the actions of the last chunk
    std::size_t trees_ = 0;  ///< whole ones that the next plans need
    std::vector<domain::KnownValue> known_;
};

}  // namespace provisioning
