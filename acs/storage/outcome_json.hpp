#pragma once

#include "domain/device_rules.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace storage {

/// The columns `attempts` and `done` of rule_outcome, before the secrets in them are sealed and after they were opened.
/// What cannot be read is left out: it is tried, or done, once more.
[[nodiscard]] std::string attempts_text(std::vector<domain::RuleAttempt> const& attempts);
[[nodiscard]] std::vector<domain::RuleAttempt> read_attempts(std::string_view text);
[[nodiscard]] std::string done_text(domain::DoneOnce const& done);
[[nodiscard]] domain::DoneOnce read_done(std::string_view text);

}  // namespace storage
