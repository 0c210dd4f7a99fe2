#pragma once

#include "provisioning/outcome.hpp"

#include <map>
#include <set>
#include <string>

namespace provisioning {

/// What differs between two outcomes of a device: whether it is worth a visit. Pure.
class OutcomeChange {
public:
    OutcomeChange(Outcomes const& before, Outcomes const& after);

    /// Something is wanted now that was not before, or is no longer.
    [[nodiscard]] bool is_any() const noexcept;
    /// A level that counts now may not have counted before: nobody wanted it, or others had a say.
    [[nodiscard]] bool is_new(domain::RuleAction const& level) const;

private:
    /// All that is wanted of one thing.
    struct Claims {
        std::set<std::string> values;
        std::set<std::string> claims;  ///< rule, its version, and the value
        friend bool operator==(Claims const&, Claims const&) = default;
    };
    using ByThing = std::map<std::string, Claims>;
    [[nodiscard]] static ByThing claims_of(Outcomes const& outcomes);

    ByThing before_, after_;
};

}  // namespace provisioning
