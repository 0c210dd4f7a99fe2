#pragma once

#include "base/clock.hpp"
#include "domain/device_rules.hpp"
#include "provisioning/rule_book.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace provisioning {

/// What each rule wants of a device, as it is kept: rule -> {"v":version,"t":seconds since 1970,"a":[action,...]}.
/// Rules that want nothing are not in it; "t" is only with rules that are evaluated at certain events.
using Outcomes = boost::json::object;

/// Which rules are evaluated for these events (codes): those without `on`, those that name one of them, and those that
/// want something already and have another text now, or are older than their max-age.
[[nodiscard]] std::vector<bool> due_rules(CompiledRules const& compiled, Outcomes const& kept,
                                          std::vector<std::string> const& events, base::TimePoint now);

/// What the outcomes become by a finding: rules that were due get what they now want, those that failed and the others
/// keep what they wanted, paused ones too; rules that are gone are left out.
[[nodiscard]] Outcomes merged(CompiledRules const& compiled, Outcomes const& kept, domain::RuleMember const& member,
                              domain::RuleFinding const& finding, base::TimePoint now);

/// What one rule's entry wants.
[[nodiscard]] std::vector<domain::RuleAction> actions_of(boost::json::value const& entry);

/// All that the outcomes want, as a finding.
[[nodiscard]] domain::RuleFinding finding_of(CompiledRules const& compiled, domain::DeviceKey device,
                                             Outcomes const& outcomes);

}  // namespace provisioning
