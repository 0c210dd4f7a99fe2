#pragma once

#include "domain/task.hpp"
#include "wakeup/timer.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace wakeup {

/// Where a device waits to be asked: people are served first, then automation, then jobs over parts of the fleet.
enum class Lane : std::uint8_t { person, automation, bulk };
inline constexpr std::size_t lanes = 3;
[[nodiscard]] Lane lane_of(domain::Priority priority) noexcept;

/// Requests in a second; 0: none at all.
struct Rates {
    unsigned all = 100;
    unsigned automation = 5;
    unsigned bulk = 20;
    unsigned network = 10;  ///< to one access network
};

/// So many a second, saved up for one second at most. It may be overdrawn, for one second at most: then the next wait
/// for longer.
class Bucket {
public:
    Bucket(unsigned per_second, Moment now) : rate_{static_cast<double>(per_second)}, filled_{rate_}, at_{now} {}

    [[nodiscard]] bool has_one(Moment now) const { return level(now) >= 1; }
    [[nodiscard]] bool is_full(Moment now) const { return level(now) >= rate_; }
    void take(Moment now)
    {
        filled_ = std::max(level(now) - 1, -rate_);
        at_ = now;
    }

private:
    [[nodiscard]] double level(Moment now) const
    {
        return std::min(rate_, filled_ + std::chrono::duration<double>{now - at_}.count() * rate_);
    }

    double rate_;
    double filled_;
    Moment at_;
};

/// How fast devices are asked: in all, for whom, and in each access network, whose other subscribers must not suffer.
class Pace {
public:
    Pace(Rates rates, Moment now);

    /// Whether anybody of this lane may be asked now.
    [[nodiscard]] bool admits(Lane lane, Moment now) const;
    [[nodiscard]] bool admits(std::string_view network, Moment now) const;
    /// One was asked; whether it was admitted is not looked at.
    void take(Lane lane, std::string const& network, Moment now);

private:
    void forget_full(Moment now);

    Rates rates_;
    Bucket all_;
    std::array<Bucket, lanes> lanes_;
    std::unordered_map<std::string, Bucket> networks_;  ///< those that are not full
    std::size_t forget_at_ = 1'000;
};

/// What shares a rate: the access node when it is known, else the /24 or /48 of the address.
[[nodiscard]] std::string network_of(std::string_view access_node, std::string_view address);

}  // namespace wakeup
