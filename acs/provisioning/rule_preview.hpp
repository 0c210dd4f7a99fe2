#pragma once

#include "domain/rules.hpp"
#include "provisioning/device_plan.hpp"
#include "provisioning/rule_book.hpp"

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace provisioning {

/// One wish of a rule for a device, and the rule (by number) that overrules it.
struct Wish {
    unsigned rule = 0;
    domain::RuleAction const* action = nullptr;
    std::optional<unsigned> overruled_by;
};

/// The wishes of a finding by path, of several about one thing the one that counts first: of levels (values,
/// notifications, tags, instances of the same keys) that of the highest priority; what is done once never overrules.
/// The pointers are into `finding`.
[[nodiscard]] std::vector<Wish> wishes_of(domain::RuleFinding const& finding);

using domain::is_in_place;

/// The value as people may see it.
[[nodiscard]] std::string shown(domain::RuleAction const& action, SecretPredicate const& is_secret);

/// Adds up what rules come to. What it was made with must outlive it.
class PreviewSummary {
public:
    PreviewSummary(CompiledRules const& compiled, SecretPredicate const& is_secret);

    /// One device; `tree` is what the plan was made with.
    void add(PlanBasis const& basis, DevicePlan const& plan, datamodel::ParameterTree const& tree);
    /// One device that waits to be let in, and the rules for such devices.
    void add_pending(domain::RuleFinding const& finding);
    /// A condition on the fleet that could not be judged for a device.
    void add_failure(std::string const& what, std::string const& reason) { ++failures_[{what, reason}]; }
    /// The sums; this is used up.
    [[nodiscard]] domain::RulesPreview finish();

private:
    void add_conflicts(PlanBasis const& basis);
    bool take(domain::DeviceKey device, domain::DeviceWish const& wish, domain::WishState state,
              domain::PreviewedChange::Sample sample);
    domain::PreviewedChange& change_of(domain::DeviceWish const& wish);

    CompiledRules const& compiled_;
    SecretPredicate const& is_secret_;
    std::map<std::string, unsigned, std::less<>> numbers_;  ///< of rules
    domain::RulesPreview preview_;
    std::map<std::tuple<unsigned, std::string, std::string>, domain::PreviewedChange, std::less<>> changes_;
    std::map<std::tuple<std::string, unsigned, unsigned>, std::size_t> conflicts_;
    std::map<std::pair<std::string, std::string>, std::size_t> failures_;
};

}  // namespace provisioning
