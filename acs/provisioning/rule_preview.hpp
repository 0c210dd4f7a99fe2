#pragma once

#include "domain/rules.hpp"
#include "provisioning/rule_book.hpp"

#include <map>
#include <optional>
#include <span>
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

/// The wishes of a finding by path, of one parameter the one that counts first: for values and notifications that of
/// the highest priority; other actions never overrule each other. The pointers are into `finding`.
[[nodiscard]] std::vector<Wish> wishes_of(domain::RuleFinding const& finding);

using domain::is_in_place;

/// The value as people may see it.
[[nodiscard]] std::string shown(domain::RuleAction const& action, SecretPredicate const& is_secret);

/// Adds up what findings come to. What it was made with must outlive it.
class PreviewSummary {
public:
    PreviewSummary(CompiledRules const& compiled, SecretPredicate const& is_secret)
        : compiled_{compiled}, is_secret_{is_secret}
    {
    }

    /// `known` are the values of all parameters that would be set (see values_needed), those of one device together.
    void add(std::span<domain::RuleFinding const> findings, std::span<domain::KnownValue const> known);
    /// A condition on the fleet that could not be judged for a device.
    void add_failure(std::string const& what, std::string const& reason) { ++failures_[{what, reason}]; }
    /// The sums; this is used up.
    [[nodiscard]] domain::RulesPreview finish();

private:
    void add(domain::RuleFinding const& finding, std::span<domain::KnownValue const> known);
    bool take(domain::DeviceKey device, Wish const& wish, std::span<domain::KnownValue const> known);
    domain::PreviewedChange& change_of(Wish const& wish);

    CompiledRules const& compiled_;
    SecretPredicate const& is_secret_;
    domain::RulesPreview preview_;
    std::map<std::tuple<unsigned, std::string, std::string>, domain::PreviewedChange, std::less<>> changes_;
    std::map<std::tuple<std::string, unsigned, unsigned>, std::size_t> conflicts_;
    std::map<std::pair<std::string, std::string>, std::size_t> failures_;
};

/// Explains one finding.
[[nodiscard]] domain::RulesExplanation explained(CompiledRules const& compiled, domain::RuleFinding const& finding,
                                                 std::span<domain::KnownValue const> known,
                                                 SecretPredicate const& is_secret);

/// The parameters whose values must be known to judge the findings; secrets are never asked for.
[[nodiscard]] std::vector<domain::KnownValue> values_needed(std::span<domain::RuleFinding const> findings,
                                                            SecretPredicate const& is_secret);

}  // namespace provisioning
