#pragma once

#include "domain/webhook.hpp"

#include <chrono>
#include <cstdint>

namespace webhooks {

/// How a lane goes on after a failure.
struct RetryPolicy {
    std::chrono::milliseconds first_pause{1'000};  ///< doubled by each failure in a row
    std::chrono::milliseconds longest_pause{300'000};
    std::uint32_t refusals = 8;       ///< of one event; then it is a dead letter
    std::chrono::hours keep_for{24};  ///< how long an event is tried while its receiver is away or broken
};

/// The attempts of one lane. No I/O, no clock.
class Attempts {
public:
    using Moment = std::chrono::steady_clock::time_point;

    Attempts(RetryPolicy policy, std::uint32_t batch) : policy_{policy}, most_{batch}, batch_{batch} {}

    /// How many events the next request may have: one after a failure, so that it is known which one is at fault;
    /// more with each success.
    [[nodiscard]] std::uint32_t batch() const noexcept { return batch_; }
    /// Of the event at the head of the lane.
    [[nodiscard]] std::uint32_t made() const noexcept { return made_; }

    void taken() noexcept;

    enum class Verdict { try_again, give_up };
    /// A request failed whose first event is at the head of the lane; `events`: how many it had.
    [[nodiscard]] Verdict failed(domain::WebhookAnswer const& answer, std::size_t events, Moment now) noexcept;
    /// The head of the lane is a dead letter now; the one behind it is no better off.
    void gave_up() noexcept;

    /// Before the next attempt; `chance` in [0, 1) spreads those of many lanes over half of it.
    [[nodiscard]] std::chrono::milliseconds pause(double chance) const noexcept;

private:
    RetryPolicy policy_;
    std::uint32_t most_;
    std::uint32_t batch_;
    std::uint32_t in_row_ = 0;  ///< failures
    std::uint32_t made_ = 0;
    std::uint32_t refusals_ = 0;  ///< of the event at the head, when it was alone
    Moment first_{};              ///< attempt at it
};

}  // namespace webhooks
