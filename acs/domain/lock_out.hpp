#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace domain {

/// When logins are refused without a look at the password. Counted for names as they were typed, whether somebody is
/// called so or not: who guesses learns nothing from being locked out.
struct LockOutPolicy {
    std::uint32_t by_name_and_source = 5;  ///< failures of one name from one source
    std::uint32_t by_name = 50;            ///< of one name from everywhere
    std::uint32_t by_source = 100;         ///< of all names from one source
    std::chrono::seconds window{900};      ///< failures further apart are not counted together
    std::chrono::seconds lock{900};        ///< how long nobody gets in then
};

/// Failed logins under one key.
struct LoginFailures {
    std::uint32_t count = 0;
    base::TimePoint first_at{};                   ///< of those that are counted
    std::optional<base::TimePoint> locked_until;  ///< may lie in the past
    friend bool operator==(LoginFailures const&, LoginFailures const&) = default;
};

/// One of the counters that a login is held against.
struct LoginCounter {
    std::string key;  ///< a digest: what was typed may be a password in the wrong field
    std::uint32_t limit = 0;
    friend bool operator==(LoginCounter const&, LoginCounter const&) = default;
};

/// The counters of a login: the name with its source, the name, the source. `source`: an address; of IPv6 the first
/// 64 bits count, for one customer has them all.
[[nodiscard]] std::vector<LoginCounter> login_counters(LockOutPolicy const& policy, std::string const& name,
                                                       std::string const& source);

/// How long nobody gets in under this key; zero: logins are looked at.
[[nodiscard]] std::chrono::seconds locked_for(LoginFailures const& failures, base::TimePoint now) noexcept;

/// What is kept when one more login begins: it counts as failed until it has succeeded, so that many at once find out
/// no more than one after the other. The one that reaches the limit locks what comes after it.
[[nodiscard]] LoginFailures after_attempt(LoginFailures failures, std::uint32_t limit, LockOutPolicy const& policy,
                                          base::TimePoint now) noexcept;

}  // namespace domain
