#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace sim {

/// Counts durations so that any percentile can be told afterwards to within 1.6 %, in fixed memory: 64 buckets for each
/// power of two of microseconds, as HdrHistogram has them. From 1 us to about 19 hours; what is longer counts as that.
class Histogram {
public:
    void add(std::chrono::nanoseconds duration) noexcept;

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    /// The longest, exactly; zero when there is none.
    [[nodiscard]] std::chrono::microseconds longest() const noexcept { return std::chrono::microseconds{longest_}; }
    /// The least duration that `percent` (0 to 100) of all do not exceed, at most 1.6 % too long; zero when there is
    /// none.
    [[nodiscard]] std::chrono::microseconds percentile(double percent) const noexcept;
    void clear() noexcept { *this = {}; }

private:
    static constexpr unsigned sub_bits = 6;
    static constexpr unsigned powers = 31;
    static constexpr std::uint64_t most = (std::uint64_t{1} << (powers + sub_bits - 1)) - 1;
    [[nodiscard]] static std::size_t bucket_of(std::uint64_t microseconds) noexcept;
    [[nodiscard]] static std::uint64_t end_of(std::size_t bucket) noexcept;

    std::array<std::uint32_t, (std::size_t{powers} << sub_bits)> buckets_{};
    std::uint64_t count_ = 0;
    std::uint64_t longest_ = 0;
};

}  // namespace sim
