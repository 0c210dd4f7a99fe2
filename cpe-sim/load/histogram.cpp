#include "load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace sim {

/// The first 2^sub_bits buckets are one microsecond wide, the next 2^sub_bits cover twice as much each, and so on.
std::size_t Histogram::bucket_of(std::uint64_t microseconds) noexcept
{
    if (microseconds < (std::uint64_t{1} << sub_bits))
        return microseconds;
    auto const shift = static_cast<unsigned>(std::bit_width(microseconds)) - sub_bits - 1;
    auto const within = (microseconds >> shift) & ((std::uint64_t{1} << sub_bits) - 1);
    return (std::size_t{shift + 1} << sub_bits) + within;
}

std::uint64_t Histogram::end_of(std::size_t bucket) noexcept
{
    auto const group = bucket >> sub_bits;
    auto const within = bucket & ((std::size_t{1} << sub_bits) - 1);
    if (group == 0)
        return within;
    auto const shift = group - 1;
    return ((((std::uint64_t{1} << sub_bits) + within + 1) << shift)) - 1;
}

void Histogram::add(std::chrono::nanoseconds duration) noexcept
{
    auto const wanted = std::max<std::int64_t>(duration.count(), 0) / 1'000;
    auto const microseconds = std::min<std::uint64_t>(static_cast<std::uint64_t>(wanted), most);
    ++buckets_[bucket_of(microseconds)];
    ++count_;
    longest_ = std::max(longest_, microseconds);
}

std::chrono::microseconds Histogram::percentile(double percent) const noexcept
{
    auto const wanted = std::max(1.0, std::ceil(std::clamp(percent, 0.0, 100.0) / 100 * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
        seen += buckets_[bucket];
        if (static_cast<double>(seen) >= wanted)
            return std::chrono::microseconds{std::min(end_of(bucket), longest_)};
    }
    return longest();
}

}  // namespace sim
