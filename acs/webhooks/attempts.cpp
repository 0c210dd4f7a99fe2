#include "webhooks/attempts.hpp"

#include <algorithm>

namespace webhooks {

void Attempts::taken() noexcept
{
    batch_ = std::min(batch_ * 2, most_);
    in_row_ = made_ = refusals_ = 0;
}

Attempts::Verdict Attempts::failed(domain::WebhookAnswer const& answer, std::size_t events, Moment now) noexcept
{
    if (made_ == 0)
        first_ = now;
    ++made_;
    ++in_row_;
    batch_ = 1;
    if (events > 1)
        return Verdict::try_again;
    refusals_ += answer.is_refusal ? 1 : 0;
    bool const is_over = refusals_ >= policy_.refusals || now - first_ >= policy_.keep_for;
    return is_over ? Verdict::give_up : Verdict::try_again;
}

void Attempts::gave_up() noexcept
{
    made_ = refusals_ = 0;
}

std::chrono::milliseconds Attempts::pause(double chance) const noexcept
{
    constexpr std::uint32_t most_doublings = 20;
    if (in_row_ == 0)
        return std::chrono::milliseconds{0};
    auto const doublings = std::min(in_row_ - 1, most_doublings);
    std::chrono::milliseconds const grown = policy_.first_pause * (std::int64_t{1} << doublings);
    auto const whole = std::min(grown, policy_.longest_pause);
    return whole / 2 +
           std::chrono::milliseconds{static_cast<std::int64_t>(static_cast<double>(whole.count()) / 2 * chance)};
}

}  // namespace webhooks
