#include "storage/id_source.hpp"

#include <algorithm>

namespace storage {

std::int64_t IdSource::next()
{
    auto const now = std::chrono::floor<std::chrono::milliseconds>(clock_.now()).time_since_epoch().count();
    auto const earliest = static_cast<std::uint64_t>(std::max<std::int64_t>(now, 0)) << 12U;
    auto last = last_.load(std::memory_order_relaxed);
    std::uint64_t mine = 0;
    do
        mine = std::max(earliest, last + 1);
    while (!last_.compare_exchange_weak(last, mine, std::memory_order_relaxed));
    auto const milliseconds = (mine >> 12U) & ((std::uint64_t{1} << 41U) - 1);
    return static_cast<std::int64_t>(milliseconds << 22U | node_ << 12U | (mine & 0xfffU));
}

}  // namespace storage
