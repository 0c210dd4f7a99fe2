#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace session {

/// How failed logins are slowed down.
struct FailedLoginLimits {
    std::uint32_t free = 3;                          ///< within `span`, of one address or identity, at once
    std::chrono::milliseconds first_delay{250};      ///< of the answer to the next one; each further one doubles it
    std::chrono::milliseconds longest_delay{8'000};  ///< of an answer
    std::chrono::seconds span{600};                  ///< without a failure: the count begins anew
    std::size_t counted = 50'000;                    ///< addresses, and identities, that are counted at once
    std::size_t delayed = 1'000;                     ///< answers held back at once; beyond them 503
};

/// Counts failed logins by where they come from and by whom they claim to be, so that guessing takes time. Only answers
/// that refuse are held back: who has the right password is never delayed and never locked out, whatever others do in
/// his name. One node counts what it sees itself. Safe from any thread.
class FailedLogins {
public:
    explicit FailedLogins(FailedLoginLimits limits) : limits_{limits} {}

    /// Notes a failure; how long its answer is to be held back.
    [[nodiscard]] std::chrono::milliseconds note(std::string_view address, std::string_view identity,
                                                 base::TimePoint now);
    /// A login of this identity was right.
    void forget(std::string_view identity);

    /// Takes a place among the answers that are held back; false: there is none.
    [[nodiscard]] bool begin_delay();
    void end_delay();

    [[nodiscard]] FailedLoginLimits const& limits() const noexcept { return limits_; }

private:
    struct Count {
        std::uint32_t failures = 0;
        base::TimePoint last{};
    };
    using Counts = std::unordered_map<std::size_t, Count>;  // by hash: two that meet share their count

    [[nodiscard]] std::uint32_t add(Counts& counts, std::string_view name, base::TimePoint now);
    void make_room(Counts& counts, base::TimePoint now);

    FailedLoginLimits const limits_;
    std::mutex mutex_;
    Counts addresses_;
    Counts identities_;
    std::size_t delayed_ = 0;
};

}  // namespace session
