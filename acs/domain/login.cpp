#include "domain/login.hpp"

#include <algorithm>

namespace domain {

namespace {

constexpr unsigned count_bits = 20;
constexpr std::uint32_t most_count = (1U << count_bits) - 1;

}  // namespace

std::int64_t login_mark_of(base::TimePoint nonce_time, std::uint32_t nonce_count) noexcept
{
    auto const time = std::chrono::floor<std::chrono::milliseconds>(nonce_time).time_since_epoch().count();
    return (std::int64_t{time} << count_bits) + std::min(nonce_count, most_count);
}

base::TimePoint time_after(std::int64_t login_mark) noexcept
{
    return base::TimePoint{std::chrono::milliseconds{(login_mark >> count_bits) + 1}};
}

}  // namespace domain
